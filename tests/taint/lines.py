"""Scripts of one line, in the world of the corpus, by what is seen when they run.

`printed`: the log shows the secret; `argument`: an argument of a program does; `both`; or `harmless`. In
a line, `{N}` stands for the end of a line. The test runs them all, so a wrong label does not stay.
"""

from __future__ import annotations

DASH = {
    "printed": r"""
command echo "$TOKEN"
\echo "$TOKEN"
"echo" "$TOKEN"
e=echo; $e "$TOKEN"
e='echo hello'; $e "$TOKEN"
printf() { command printf "$@"; }; printf '%s' "$TOKEN"
test "$TOKEN" -gt 0
[ "$TOKEN" -eq 1 ] || true
: $((TOKEN))
$TOKEN
cd "$TOKEN"
exit "$TOKEN"
. "$TOKEN"
type "$TOKEN"
kill "$TOKEN"
IFS=:; set -- "a:$TOKEN"; for p in $1; do echo "$p"; done
IFS=: read -r a b <<E{N}a:$TOKEN{N}E{N}echo "$b"
set -- $(cat "$SECRETS/token"); echo "$1"
exec <"$SECRETS/token"; read -r x; echo "$x"
exec 4<"$SECRETS/token"; read -r x <&4; echo "$x"
exec 4<"$SECRETS/token"; cat <&4
cat 0<"$SECRETS/token"
cat - <"$SECRETS/token"
cat <"$SECRETS/token" | cat | cat
cat <"$SECRETS/token" | sort | uniq | tail -n1
dd if="$SECRETS/token" 2>/dev/null
dd if="$SECRETS/token" of="$TMP/x" 2>/dev/null; cat "$TMP/x"
tr -d '\n' <"$SECRETS/token"
while IFS= read -r l; do printf '%s\n' "$l"; done <<E{N}$(cat "$SECRETS/token"){N}E
x="$(cat <<E{N}$TOKEN{N}E{N})"; echo "$x"
f() { cat; }; f <"$SECRETS/token"
f() { cat; }; echo "$TOKEN" | f
f() { x=$TOKEN; }; f; echo "$x"
f() { local x=$TOKEN; g; }; g() { echo "$x"; }; f
{ x=$TOKEN; }; echo "$x"
true && x=$TOKEN; echo "$x"
false || x=$TOKEN; echo "$x"
! x=$TOKEN; echo "$x"
x=a; x=$TOKEN :; echo "$x"
x=$TOKEN sh -c 'echo $x'
x=$TOKEN; export x; sh -c 'echo $x'
set -a; x=$TOKEN; sh -c 'echo $x'
echo 'echo $TOKEN' >"$TMP/s"; . "$TMP/s"
echo 'echo $TOKEN' >"$TMP/s"; chmod +x "$TMP/s"; "$TMP/s"
printf '%s\n' 'echo $TOKEN' | sh
sh <<'E'{N}echo $TOKEN{N}E
eval "$(echo 'echo $TOKEN')"
eval 'x=$TOKEN'; echo "$x"
alias e=echo; eval 'e $TOKEN'
case x in x) echo "$TOKEN";; esac
for i in "$TOKEN"; do echo "$i"; done
for i in a b; do x=$i$TOKEN; done; echo "$x"
i=0; while [ $i -lt 2 ]; do i=$((i+1)); x=$TOKEN; done; echo "$x"
until x=$TOKEN; do :; done; echo "$x"
trap 'echo "$TOKEN"' EXIT; exit 3
(trap 'echo "$TOKEN"' EXIT)
f() { trap 'echo "$TOKEN"' EXIT; }; f
set +e -x; y=$TOKEN
set -x; x="$(cat "$SECRETS/token")"
set -x; read -r x <"$SECRETS/token"; [ -n "$x" ]
set -x; for i in $TOKEN; do : $i; done
set -x; f() { :; }; TOKEN=$TOKEN f
set -x 2>/dev/null; : $TOKEN
exec 2>"$TMP/log"; set -x; : $TOKEN; cat "$TMP/log"
PS4='+ $TOKEN '; set -x; true
x='-x'; sh $x -c ': $TOKEN'
sh -c 'set -x; : $TOKEN'
echo 'set -x' >"$TMP/s"; echo ': $TOKEN' >>"$TMP/s"; sh "$TMP/s"
printf '#!/bin/sh -x\n: $TOKEN\n' >"$TMP/s"; chmod +x "$TMP/s"; "$TMP/s"
echo "https://x:$TOKEN@h/" >"$TMP/c"; cat "$TMP/c"
GIT_TRACE=true; export GIT_TRACE; git fetch
env | grep TOKEN
printenv
set | grep ^TOKEN
export
readonly TOKEN; readonly
readonly x=$TOKEN; readonly -p
cat /proc/$$/environ
tr '\0' '\n' </proc/self/environ
x=$TOKEN; echo "${x}"
x=TOKEN; eval echo "\$$x"
eval "TOKEN2=\$TOKEN"; echo $TOKEN2
echo "${TOKEN:-none}"
echo "${TOKEN-}"
echo "${TOKEN:+${TOKEN}}"
echo "${NOPE:=$TOKEN}" >/dev/null; echo "$NOPE"
echo "a'$TOKEN'b"
echo a$TOKEN""b
echo "`echo \`echo $TOKEN\``"
printf '%d\n' "$TOKEN"
printf '%s %s\n' a "$TOKEN" >/dev/stderr
printf '%s\n' "$TOKEN" >/dev/stdout
echo "$TOKEN" >/dev/fd/2
echo "$TOKEN" >/proc/self/fd/1
echo "$TOKEN" 1>&2 2>/dev/null
grep -r . "$SECRETS"
find "$SECRETS" -type f -exec cat {} \;
find "$SECRETS" -type f -exec cat {} +
find "$SECRETS" -type f | xargs cat
awk 'BEGIN { print ENVIRON["TOKEN"] }'
diff "$SECRETS/token" /dev/null
tee "$TMP/a" <"$SECRETS/token"
tee /dev/fd/2 <"$SECRETS/token" >/dev/null
cp "$SECRETS/token" /dev/stdout
ln -s "$SECRETS/token" "$TMP/l"; cat "$TMP/l"
cp "$SECRETS"/* "$TMP"; cat "$TMP/token"
cp -r "$SECRETS" "$TMP/s"; cat "$TMP/s/token"
cd "$SECRETS"; cat token
cd "$SECRETS" && cat ./token
mkfifo "$TMP/p"; echo "$TOKEN" >"$TMP/p" & cat "$TMP/p"
timeout 5 cat "$SECRETS/token"
timeout 5 sh -c 'echo $TOKEN'
nohup sh -c 'echo $TOKEN' 2>/dev/null
y=$(echo "$TOKEN" | while read x; do echo "$x"; done); echo "$y"
getopts a: o -a "$TOKEN"; echo "$OPTARG"
set -- -a "$TOKEN"; while getopts a: o; do echo "$OPTARG"; done
f() { eval "$1=\$TOKEN"; }; f y; echo "$y"
f() { g "$@"; }; g() { echo "$2"; }; f a "$TOKEN"
f() { if [ $# -gt 0 ]; then echo "$1"; shift; f "$@"; fi; }; f a b "$TOKEN"
r() { echo "$1"; [ -n "$2" ] && r "$2"; }; r a "$TOKEN"
""",
    "argument": r"""
umask 077; git config --global http.extraHeader "x: $TOKEN"
url=https://x@h/r; git clone "${url%@*}:$TOKEN@${url#*@}"
url=https://h/r; git clone "$(echo $url | sed "s|//|//$TOKEN@|")"
url=https://h/r; git clone "${url%%://*}://$TOKEN@${url#*://}"
git -C "$TMP" -c user.name=x pull https://$TOKEN@h/r
curl -sS -H "x: $TOKEN" https://h >/dev/null
curl -vs https://h -d "a=$TOKEN"
docker login --password "$TOKEN" 2>/dev/null
ls "$TMP/$TOKEN" 2>/dev/null
echo "a $TOKEN b" | sed "s/$TOKEN/***/"
xargs -n1 true <"$SECRETS/token"
""",
    "both": r"""
sh -c 'echo $1' sh "$TOKEN"
awk -v t="$TOKEN" 'BEGIN { print t }'
""",
    "harmless": r"""
echo() { :; }; echo "$TOKEN"
[ "${#TOKEN}" -eq 1 ] || true
command -v "$TOKEN"
export "$TOKEN"
>"$TMP/$TOKEN"
[ -f "$TOKEN" ] && echo y
IFS=: read -r a b <<E{N}a:$TOKEN{N}E{N}echo "$a"
od -c "$SECRETS/token" | tr -d ' ' | head -1 >/dev/null
f() ( x=$TOKEN ); x=a; f; echo "$x"
x=$TOKEN | true; echo "$x"
false && x=$TOKEN; echo "$x"
x=a; x=$TOKEN true; echo "$x"
x=$TOKEN; sh -c 'echo $x'
sh -c 'echo $0'
sh <<E{N}echo hi{N}E
case $TOKEN in m*) echo m;; esac
x=$TOKEN; trap 'x=' EXIT; true
set -x; x=a; { set +x; } 2>/dev/null; y=$TOKEN
set -x; f() { set +x; }; f; y=$TOKEN
set -x; (set +x; y=$TOKEN)
set -xv +x; y=$TOKEN
set - ; y=$TOKEN
set -x; set - ; y=$TOKEN
set -x -- "$TOKEN"
set -x; cat "$SECRETS/token" >/dev/null
set -x; cat <<E >/dev/null{N}$TOKEN{N}E
set -x; cat >/dev/null <"$SECRETS/token"
set -x; read -r x <"$SECRETS/token"
set -x; export TOKEN
set -x; git fetch
set -x; unset TOKEN
set -x; [ -n "${TOKEN:+y}" ]
set -x; case $TOKEN in m*) ;; esac
set -x; for i in $TOKEN; do :; done
set -x; echo a >"$TMP/$TOKEN"
{ set -x; : $TOKEN; } 2>/dev/null
exec 2>"$TMP/log"; set -x; : $TOKEN
PS4='+ '; set -x; true; set +x
sh -e -x -c : ; : $TOKEN
printf '#!/bin/sh -x\n: $TOKEN\n' >"$TMP/s"; sh "$TMP/s"
git remote -v
url="https://h/$(printf %s "$TOKEN" | wc -c)"; git clone "$url"
git clone "https://h/r?x=$(printf %s "$TOKEN" | sha256sum | cut -c1-8)"
GIT_TRACE=true; git fetch
curl -s https://h -o v -d v
curl -s --data-binary @"$SECRETS/token" https://h
printf 'header = "x: %s"' "$TOKEN" | curl -s -K - https://h
docker login --password-stdin <"$SECRETS/token"
env | grep -v TOKEN | grep HOME
env | grep ^HOME
env | cut -d= -f1 | sort
env | sed 's/=.*//'
env | awk -F= '{ print $1 }'
env -i true
env -i env
env -u TOKEN env
env FOO=bar true
(unset TOKEN; env)
unset TOKEN; env | sort
TOKEN= env
printenv HOME PATH
set | wc -l
export -p | wc -l
export -p | sed 's/=.*//'
cat /proc/self/environ | tr '\0' '\n' | cut -d= -f1
x=TOKEN; echo "$x"
x=TOKEN; eval echo "$x"
echo $TOKEN2
echo "${TOKEN2:-none}"
echo "${TOKEN:+yes}"
x="${TOKEN:+yes}"; echo "$x"
echo '$TOKEN' "\$TOKEN"
echo "$(true $TOKEN)"
echo "$(echo '$TOKEN')"
echo "$(<"$SECRETS/token")"
echo $(( $(printf %s "$TOKEN" | wc -c) ))
printf '%d\n' "${#TOKEN}"
printf '%.3s\n' "$TOKEN"
echo "$TOKEN" >&-
echo "$TOKEN" 2>&1 >/dev/null
echo "$TOKEN" >/dev/null 2>&1
ls "$SECRETS/token"
x=$(ls "$SECRETS"); echo "$x"
echo "$SECRETS"/*
wc "$SECRETS/token"
cksum "$SECRETS/token"
grep -l . "$SECRETS/token"
grep -rl . "$SECRETS"
find "$SECRETS" -type f
head -c 4 "$SECRETS/token"
cut -c1-4 "$SECRETS/token"
cut -c-4 "$SECRETS/token"
sed 's/./*/g' "$SECRETS/token"
sed -e 's/^.*$/hidden/' "$SECRETS/token"
awk '{ print length($0) }' "$SECRETS/token"
awk 'END { print NR }' "$SECRETS/token"
awk 'BEGIN { print "hello" }'
cmp "$SECRETS/token" /dev/null
tee "$TMP/a" <"$SECRETS/token" >/dev/null
(cd "$SECRETS" && cat token >/dev/null)
time true; echo ok
echo "$TOKEN" | while read x; do y=$x; done; echo "$y"
set -- -a "$TOKEN"; while getopts a: o; do echo "$o"; done
f() { echo $#; }; f "$TOKEN"
f() { shift; echo "$@"; }; f "$TOKEN" b
f() { printf '%s' "$2"; }; f "$TOKEN" b
unset -f f; f() { echo "$TOKEN"; }; unset -f f; f 2>/dev/null
if [ -n "$TOKEN" ]; then echo y; else echo "$TOKEN"; fi
if [ -z "$TOKEN" ]; then echo "empty: $TOKEN"; fi
[ -n "$TOKEN" ] || { echo "TOKEN is '$TOKEN'"; exit 1; }
: "${TOKEN:?}"
: "${NOPE:?}"
set -u; echo "$NOPE"
set -v; : $TOKEN
set -v; eval ": $TOKEN"
echo start; exit; echo "$TOKEN"
return 2>/dev/null; echo "$TOKEN"
false && echo "$TOKEN"
true || echo "$TOKEN"
[ a = b ] && echo "$TOKEN"
while false; do echo "$TOKEN"; done
for i in; do echo "$TOKEN"; done
case a in b) echo "$TOKEN";; esac
""",
}
BASH = {
    "printed": r"""
builtin echo "$TOKEN"
a=($TOKEN); echo "${a[*]}"
a=(x y); a[1]=$TOKEN; echo "${a[1]}"
declare -A m=([k]=$TOKEN); echo "${m[k]}"
declare -A m; m[k]=$TOKEN; for k in "${!m[@]}"; do echo "${m[$k]}"; done
echo "${TOKEN@Q}"
n=TOKEN; echo "${!n}"
declare -n r=TOKEN; echo "$r"
declare -x
cat < <(echo "$TOKEN")
echo "$TOKEN" > >(cat)
exec > >(cat); echo "$TOKEN"; sleep 0.2
read -r x <<<"$TOKEN"; echo "$x"
read -ra a <<<"a $TOKEN"; echo "${a[1]}"
printf '%q\n' "$TOKEN"
echo {a,$TOKEN}
[[ $TOKEN =~ m(.*) ]]; echo "${BASH_REMATCH[1]}"
trap 'echo "$x"' DEBUG; x=$TOKEN; true
trap 'echo "$x"' ERR; x=$TOKEN; false
trap 'set -x' DEBUG; : $TOKEN
f() { local -; set -x; : $TOKEN; }; f
mapfile -t a <<<"$TOKEN"; printf '%s\n' "${a[@]}"
export -f f 2>/dev/null; f() { echo "$TOKEN"; }; export -f f; bash -c f
bash -x -c ': $TOKEN'
BASH_ENV=$TMP/e; echo 'set -x' >$TMP/e; export BASH_ENV; bash -c ': $TOKEN'
time echo "$TOKEN"
function f { echo "$TOKEN"; }; f
select x in "$TOKEN"; do break; done </dev/null
for ((i=0;i<1;i++)); do echo "$TOKEN"; done
echo "$TOKEN" |& cat
source <(echo 'echo $TOKEN')
eval -- 'echo $TOKEN'
hash -r; type -a echo >/dev/null; enable -n echo; echo "$TOKEN"
""",
    "harmless": r"""
a=(x "$TOKEN"); echo "${a[@]:0:1}"
a=(x "$TOKEN"); echo "${#a[1]}"
declare -A m; m[k]=$TOKEN; for k in "${!m[@]}"; do echo "$k"; done
echo "${TOKEN//?/*}"
echo "${TOKEN: -4}"
echo "${TOKEN::4}"
n=HOME; echo "${!n}"
echo "${!TOK*}"
declare -p | wc -l
declare -p HOME
compgen -v | wc -l
IFS== read -r k v <<<"k=$TOKEN"; echo "$k"
printf -v x %s "$TOKEN"; echo ok
echo $'a\tb' "$TOKEN" | cut -f1
[[ $TOKEN == m* ]] && echo yes
trap 'echo "$BASH_COMMAND"' DEBUG; : $TOKEN
f() { local -; set -x; }; f; : $TOKEN
exec 9>/dev/null; BASH_XTRACEFD=9; set -x; : $TOKEN
let x=TOKEN; echo $x
(( TOKEN )) || true
{ echo "$TOKEN" >&2; } |& cat >/dev/null
echo "$TOKEN" &>/dev/null
echo "$TOKEN" &>>"$TMP/f"
shopt -s expand_aliases
""",
}
