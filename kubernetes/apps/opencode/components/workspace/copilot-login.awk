# Says whether standard input is a login that OpenCode would accept for GitHub Copilot.
#
#   exit 0  JSON with a complete github-copilot entry
#   exit 1  not JSON
#   exit 2  JSON, but no complete github-copilot entry
#
# OpenCode passes over a malformed file, or an entry that lacks one of the four fields, without a
# word, and there is no jq in the image. So this is a whole JSON parser (RFC 8259), in the awk that
# busybox and mawk have in common. Run it with LC_ALL=C: it works on bytes.

{ rest = rest $0 "\n" }

END {
    if (!value("") || next_is("[^ \t\r\n]"))
        exit 1
    exit complete("\"github-copilot\"") ? 0 : 2
}

# Every function from here on eats `rest` from the left and returns 1, or returns 0 at the first
# thing that is not JSON. `kind` and `token` tell of the value read last. `entry` is the top-level
# key, quotes included, that a value belongs to.

function value(entry,    ok) {
    if (string())
        return 1
    if (next_is("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?"))
        return found("number")
    if (next_is("(true|false|null)"))
        return found("literal")
    # A login is two levels deep; the limit keeps hostile input from exhausting the stack.
    if (++depth > 32)
        return 0
    ok = next_is("[{]") ? object(entry) : next_is("[[]") ? array() : 0
    depth--
    return ok
}

function object(entry,    key) {
    if (next_is("[}]"))
        return found("object")
    do {
        if (!string())
            return 0
        key = token
        if (depth == 1)
            forget(entry = key)
        if (!next_is(":") || !value(entry))
            return 0
        if (depth == 2)
            fields[entry, key] = kind token
    } while (next_is(","))
    return next_is("[}]") && found("object")
}

function array() {
    if (next_is("[]]"))
        return found("array")
    do {
        if (!value(""))
            return 0
    } while (next_is(","))
    return next_is("[]]") && found("array")
}

function string(    plain) {
    if (!next_is("\"[^\"\\\\]*(\\\\.[^\"\\\\]*)*\""))
        return 0
    plain = token
    gsub(/\\(["\\\/bfnrt]|u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f])/, "", plain)
    if (plain ~ /\\|[[:cntrl:]]/)
        rest = "?"
    return rest != "?" && found("string")
}

function found(what) {
    kind = what
    return 1
}

# Takes `pattern` off the front, with the blanks before it.
function next_is(pattern) {
    if (!match(rest, "^[ \t\r\n]*" pattern))
        return 0
    token = substr(rest, 1, RLENGTH)
    sub(/^[ \t\r\n]+/, "", token)
    rest = substr(rest, RLENGTH + 1)
    return 1
}

# As in JSON.parse, the last of two equal keys counts.
function forget(entry,    name) {
    for (name in fields)
        if (index(name, entry SUBSEP) == 1)
            delete fields[name]
}

function complete(entry) {
    return fields[entry, "\"type\""] == "string\"oauth\"" \
        && fields[entry, "\"refresh\""] ~ /^string"./ && fields[entry, "\"refresh\""] != "string\"\"" \
        && fields[entry, "\"access\""] ~ /^string"./ && fields[entry, "\"access\""] != "string\"\"" \
        && fields[entry, "\"expires\""] ~ /^number/
}
