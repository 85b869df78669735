"""Which program is which."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.shell.calls import Call
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.programs import environment, files, git, network, text

Program = Callable[[Invocation], Call[None] | None]


def _named(program: Program, names: str) -> dict[str, Program]:
    return dict.fromkeys(names.split(), program)


_SOME = """
    base32 base64 column comm diff dos2unix echo envsubst expand expr factor fmt fold gunzip gzip hexdump
    iconv join less more nl od openssl paste pr printf rev shuf sort strings tac tail uniq uuencode xxd
"""
_NUMBERS = """
    [ b2sum basename cksum date df dirname du file gpg hostname htpasswd id kubectl ldd ls md5sum mktemp nproc
    ps readlink realpath sha1sum sha224sum sha256sum sha384sum sha512sum shasum stat sum test uname wc which
    whoami
"""
_SILENT = """
    apk apt-get chgrp chmod chown chpasswd cmp false kill mkdir mkfifo mount passwd rmdir sleep ssh-add
    ssh-keyscan sync tar touch true umount unzip
"""

PROGRAMS: dict[str, Program] = {
    **_named(text.same, "cat zcat bzcat xzcat"),
    **_named(text.some, _SOME),
    **_named(text.some_but_first, "jq yq"),
    **_named(text.number, _NUMBERS),
    **_named(text.nothing, _SILENT),
    **_named(text.grep, "grep egrep fgrep rg"),
    **_named(text.awk, "awk gawk mawk"),
    **_named(files.copy, "cp mv ln install"),
    **_named(files.remove, "rm shred unlink"),
    **_named(environment.print_environment, "env printenv"),
    "cut": text.cut, "head": text.head, "tr": text.tr, "sed": text.sed,
    "dd": files.dd, "tee": files.tee, "find": files.find,
    "git": git.run, "curl": network.curl, "wget": network.wget,
}  # fmt: skip
