#!/bin/sh
# Copies this image's git, with all that it needs to run, into the volume at TOOLS_DIR, for a
# container whose image has none. That container puts TOOLS_DIR/bin last on its PATH, so a git of
# its own would win. Both images must share one C library (here: Alpine's musl).
#
#   TOOLS_DIR/bin/git   what is called: sets the paths below for git alone and starts it
#   TOOLS_DIR/git/      git itself in its own layout, its templates, and a CA bundle
#   TOOLS_DIR/lib/      the libraries that git and its helpers load
#
# The libraries are not put on anybody else's LD_LIBRARY_PATH. Runs again after a restart of the
# container or the node: an unfinished copy has no wrapper yet and is made anew.
set -eu
umask 022

die() {
    printf 'install-git: %s\n' "$*" >&2
    exit 1
}

main() {
    [ -n "${TOOLS_DIR:-}" ] || die "not set: TOOLS_DIR"
    command -v ldd >/dev/null || die "this image has no ldd"
    root=$TOOLS_DIR/git
    libraries=$TOOLS_DIR/lib
    wrapper=$TOOLS_DIR/bin/git
    version=$(git --version)
    if [ "$("$wrapper" --version 2>/dev/null)" = "$version" ]; then
        echo "install-git: $version is there"
        return
    fi
    rm -rf "$root" "$libraries" "$wrapper"
    mkdir -p "$root/bin" "$libraries" "$TOOLS_DIR/bin"
    copy_programs
    copy_libraries
    copy_data
    write_wrapper
    [ "$("$wrapper" --version)" = "$version" ] || die "the copied git does not run"
    echo "install-git: $version copied"
}

# Keeps the distance between git and its helpers: they are links like ../../bin/git.
copy_programs() {
    helpers=$(git --exec-path)
    case $helpers in
    /usr/*) helpers=${helpers#/usr/} ;;
    *) die "unknown layout: git --exec-path is $helpers" ;;
    esac
    mkdir -p "$root/$helpers"
    cp -L "$(command -v git)" "$root/bin/git"
    cp -RP "/usr/$helpers/." "$root/$helpers/"
}

# By the names they are looked up under. The C library and its loader stay behind: those of the
# other image are running already, and two of them in one process do not mix.
copy_libraries() {
    find "$root/bin" "$root/$helpers" -type f -exec ldd {} \; 2>/dev/null |
        awk '$2 == "=>" && $3 ~ /^\// && $1 !~ /^(libc|ld-[^.]*)[.]/ { print $1, $3 }' | sort -u |
        while read -r name file; do
            cp -L "$file" "$libraries/$name"
        done
}

copy_data() {
    mkdir -p "$root/templates"
    [ ! -d /usr/share/git-core/templates ] || cp -RL /usr/share/git-core/templates/. "$root/templates/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/ca-certificates.crt"
}

# Under a temporary name first: the wrapper vouches for the rest.
write_wrapper() {
    cat >"$wrapper.new" <<EOF
#!/bin/sh
root='$root'
export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
export GIT_EXEC_PATH="\$root/$helpers" GIT_TEMPLATE_DIR="\$root/templates"
[ -e /etc/ssl/certs/ca-certificates.crt ] || export GIT_SSL_CAINFO="\$root/ca-certificates.crt"
exec "\$root/bin/git" "\$@"
EOF
    chmod 755 "$wrapper.new"
    mv -f "$wrapper.new" "$wrapper"
}

main
