"""Random scripts that use only what the shell itself can do, and that end."""

from __future__ import annotations

import random

NAMES = ("a", "b", "c")
TEXTS = ("x", "yy", "z z", "/p/q.r", "-m", "1", "", "*", "q=r", "  s ", "$a", "a\\b")
PATTERNS = ("*", "x", "y*", "*/", "?", "[xy]*", "/*", "*z", "''", "[!x]", "-?")


class Generator:
    """Writes one script; `random` decides everything."""

    def __init__(self, chance: random.Random, unknown: tuple[str, ...] = ()) -> None:
        self.chance = chance
        self.unknown = unknown
        self.loops = 0

    def script(self) -> str:
        """Two functions and some statements."""
        f, g = self.block(2, calls=()), self.block(2, calls=("f",))
        body = self.block(3, calls=("f", "g"))
        return f"f() {{\n{f}\n}}\ng() {{\n{g}\n}}\n{body}\n"

    def block(self, depth: int, calls: tuple[str, ...]) -> str:
        """A few statements."""
        return "\n".join(self.statement(depth, calls) for _ in range(self.chance.randint(1, 3)))

    def statement(self, depth: int, calls: tuple[str, ...]) -> str:
        """One statement of at most this depth."""
        if depth <= 0 or self.chance.random() < 0.5:
            return self.simple(depth, calls)
        make = self.chance.choice(
            [self._if, self._and_or, self._for, self._case, self._group, self._pipe, self._while]
        )
        return make(depth - 1, calls)

    def simple(self, depth: int, calls: tuple[str, ...]) -> str:
        """A simple command."""
        name, word = self.chance.choice(NAMES), self.word(depth, calls)
        forms = [
            f"echo {self.words(depth, calls)}",
            f"echo {self.words(depth, calls)}",
            f"printf '%s|' {self.words(depth, calls)}",
            f"printf '<%s:%s>' {self.words(depth, calls)}",
            f"{name}={word}",
            f"{name}={word}",
            f"{name}={word} {name}2=x",
            f"export {name}={self.quoted(word)}",
            f"unset {name}",
            f"set -- {self.words(depth, calls)}",
            "[ $# -gt 0 ] && shift",
            f"read -r {name} <<E\n{self.chance.choice(['t', 'u v', '$a', ''])}\nE",
            f'eval "{name}=\\$b; echo \\"\\$a\\""',
            f"{name}={word} eval 'echo ${name}'",
            self.chance.choice([":", "true", "false", "return", "exit"]),
            f"cat <<E\n-${name}-{self.chance.choice(['$#', '$1', '${a-d}', '$(echo $c)'])}\nE",
            *(f"{call} {self.words(depth, calls)}" for call in calls),
        ]
        return self.chance.choice(forms)

    def quoted(self, word: str) -> str:
        """A word that no shell splits, even as an argument."""
        return word if word[:1] in "'\"" and word[-1:] == word[:1] else f'"{self.inside()}"'

    def words(self, depth: int, calls: tuple[str, ...]) -> str:
        """Some arguments."""
        return " ".join(self.word(depth, calls) for _ in range(self.chance.randint(0, 3)))

    def word(self, depth: int, calls: tuple[str, ...]) -> str:
        """One word."""
        chance, name = self.chance, self.chance.choice(NAMES + self.unknown)
        forms = [
            f"'{chance.choice(TEXTS)}'",
            f"'{chance.choice(TEXTS)}'",
            f'"{self.inside()}"',
            f'"{self.inside()}"',
            f"${name}",
            f"p{chance.choice(['q', ''])}${name}/r",
            f"${{{name}:+{chance.choice(['d', 'd e', '$c'])}}}",
            f"${{{name}-{chance.choice(['d', 'd e', '$c'])}}}",
            f"${{#{name}}}",
            '"$@"',
            '"$*"',
            "$#",
            "$1",
            "$@",
        ]
        if depth > 0 and chance.random() < 0.2:
            return f'"$( {self.statement(depth - 1, calls)}\n)"'
        return chance.choice(forms)

    def inside(self) -> str:
        """What may stand between double quotes."""
        chance, name = self.chance, self.chance.choice(NAMES + self.unknown)
        return chance.choice(
            [
                f"${name}",
                f"u ${name} w",
                f"${{{name}:-{chance.choice(['d', 'd e', '$b'])}}}",
                f"${{{name}:={chance.choice(['d', 'd e'])}}}",
                f"${{{name}{chance.choice(['#', '##', '%', '%%'])}{chance.choice(PATTERNS)}}}",
                f"${{{name}{chance.choice(['#', '##', '%', '%%'])}$b}}",
                "$1$2",
                "$#",
                "plain",
            ]
        )

    def condition(self) -> str:
        """Something that succeeds or fails."""
        left, right = self.inside(), self.chance.choice(["x", "", "$b", "yy"])
        return self.chance.choice(
            [
                f'[ "{left}" = "{right}" ]',
                f'[ "{left}" != "{right}" ]',
                f'[ -n "{left}" ]',
                f'[ -z "{left}" ]',
                "true",
                "false",
                "! true",
                "[ $# -eq 0 ]",
            ]
        )

    def _if(self, depth: int, calls: tuple[str, ...]) -> str:
        otherwise = f"else\n{self.block(depth, calls)}\n" if self.chance.random() < 0.5 else ""
        return f"if {self.condition()}; then\n{self.block(depth, calls)}\n{otherwise}fi"

    def _and_or(self, depth: int, calls: tuple[str, ...]) -> str:
        operator = self.chance.choice(["&&", "||"])
        return f"{self.condition()} {operator} {{ {self.statement(depth, calls)}\n}}"

    def _for(self, depth: int, calls: tuple[str, ...]) -> str:
        words = self.chance.choice(["", f" in {self.words(depth, calls)}", " in x y"])
        body = self.block(depth, calls)
        return f"for {self.chance.choice(NAMES)}{words}\ndo\n{self.leave()}{body}\n{self.leave()}done"

    def leave(self) -> str:
        """What may end a loop, or a round of it."""
        if self.chance.random() < 0.6:
            return ""
        return f"{self.condition()} && {self.chance.choice(['break', 'continue', 'break 2'])}\n"

    def _case(self, depth: int, calls: tuple[str, ...]) -> str:
        first, second = self.block(depth, calls), self.block(depth, calls)
        pattern = self.chance.choice(PATTERNS)
        return f'case "{self.inside()}" in\n{pattern}|-*)\n{first}\n;;\n*)\n{second}\n;;\nesac'

    def _group(self, depth: int, calls: tuple[str, ...]) -> str:
        body = self.block(depth, calls)
        form = self.chance.choice(["(\n{}\n)", "{{\n{}\n}}", "{{\n{}\n}} >/dev/null", "{{\n{}\n}} 2>&1"])
        return form.format(body)

    def _pipe(self, depth: int, calls: tuple[str, ...]) -> str:
        return f"{{ {self.block(depth, calls)}\n}} | {{ {self.statement(depth, calls)}\ncat\n}}"

    def _while(self, depth: int, calls: tuple[str, ...]) -> str:
        self.loops += 1
        count = f"i{self.loops}"
        word = self.chance.choice([f"while [ ${{#{count}}} -lt 2 ]", f"until [ ${{#{count}}} -ge 2 ]"])
        return f"{count}=\n{word}; do {count}=x${count}\n{self.leave()}{self.block(depth, calls)}\ndone"
