"""Configuration: ConfigMaps with settings and scripts inside, and the files of a generator."""

from random import Random
from typing import Final

from benchmarks.apps import App
from benchmarks.template import fill
from benchmarks.words import SECTIONS

_STEPS: Final = (
    'find "$DATA_DIR" -type f -name "*.tmp" -mtime +7 -delete',
    "du -sh \"$DATA_DIR\" | awk '{print $1}'",
    'count=$(ls -1 "$DATA_DIR" | wc -l)\n[ "$count" -gt 0 ] || { echo \'nothing to do\'; exit 0; }',
    'while ! nc -z localhost "$PORT"; do\n  sleep 1\ndone',
    "# keep the last ten\nls -1t /backup/*.tar.gz 2>/dev/null | tail -n +11 | xargs -r rm --",
    'case "$MODE" in\n  full) args="--full" ;;\n  *) args="" ;;\nesac',
    'curl -fsS "http://localhost:$PORT/metrics" | grep -c "^requests_" || true',
    "trap 'rm -f \"$work\"' EXIT\nwork=$(mktemp)",
)


def config_map(app: App, rng: Random, name: str = "config") -> str:
    """A ConfigMap with settings, and often with a script; up to some 300 lines."""
    scripts = rng.choices((0, 1, 2), (50, 40, 10))[0]
    return fill(
        """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: @app-@name
          labels:
            app.kubernetes.io/name: @app
        data:
          settings.yaml: |
            @settings
          @scripts
        """,
        app=app.name,
        name=name,
        settings=settings(rng),
        scripts="".join(_embedded(rng, number) for number in range(scripts)),
    )


def _embedded(rng: Random, number: int) -> str:
    text = script(rng)
    return fill("script-@number.sh: |\n  @text", number=number, text=text)


def settings(rng: Random) -> str:
    """An application's own configuration in YAML: not a manifest."""
    lines = ["# settings of the application, not a Kubernetes object"]
    for section in rng.sample(SECTIONS, rng.choice((1, 2, 3, 4, 9))):
        lines.append(f"{section}:")
        for number in range(rng.choice((1, 2, 4, 16))):
            value = rng.choice(("true", "info", "10MB", "/var/lib/app", "'0 3 * * *'", rng.randrange(5000)))
            lines.append(f"  option_{number}: {value}")
    return "\n".join(lines) + "\n"


def script(rng: Random) -> str:
    """A shell script without any `${...}`, so that Flux leaves it alone."""
    steps = [rng.choice(_STEPS) for _ in range(rng.choice((2, 4, 8, 20)))]
    head = [
        "#!/bin/sh",
        "set -eu",
        'DATA_DIR="/data"',
        f'PORT="{rng.randrange(1024, 9999)}"',
        'MODE="full"',
        "",
    ]
    return "\n".join(head) + "\n\n".join(steps) + "\n"
