"""Objects that do not fit their schema."""

from tests.mutations.harness import APPS, Mutation

FLUX = f"{APPS}/opencode-flux"
HA = f"{APPS}/opencode-ha"


def mismatch(what: str, path: str, old: str, new: str, line: str, message: str, *also: str) -> Mutation:
    """A mutation that schema-mismatch must report to the letter."""
    return Mutation("SEC-02", what, "schema-mismatch", path, old, new, line, message=message, also=also)


MUTATIONS = [
    mismatch(
        "a typo in a container",
        f"{FLUX}/app/deployment.yaml",
        "          workingDir: /workspace",
        "          workingDirectory: /workspace",
        "workingDirectory:",
        "there is no field 'workingDirectory' here; did you mean 'workingDir'?",
        "working-directory-mismatch",
        "workspace-drift",
    ),
    mismatch(
        "a port in quotes",
        f"{HA}/app/service.yaml",
        "      port: 4096",
        '      port: "4096"',
        'port: "4096"',
        "'port' must be a whole number, not a number in quotes",
        "route-chain-broken",
        "workspace-drift",
    ),
    mismatch(
        "an argument that YAML takes for a number",
        f"{HA}/app/deployment.yaml",
        'args: [web, --hostname, 0.0.0.0, --port, "4096"]',
        "args: [web, --hostname, 0.0.0.0, --port, 4096]",
        "--port, 4096",
        "an item of 'args' must be text, not a number without quotes",
        "server-command-mismatch",
        "workspace-drift",
    ),
    mismatch(
        "a key at the wrong depth",
        f"{FLUX}/app/httproute.yaml",
        "  hostnames:",
        "  hostname:",
        "hostname:",
        "there is no field 'hostname' here; did you mean 'hostnames'?",
        "route-chain-broken",
        "certificate-host-uncovered",
        "dns-annotation-missing",
        "traffic-policy-missing",
        "stream-timeout-limited",
        "workspace-drift",
    ),
    mismatch(
        "a duration of Go where the Gateway's own is needed",
        f"{FLUX}/app/backendtrafficpolicy.yaml",
        "connectionIdleTimeout: 3600s",
        "connectionIdleTimeout: 1.5h",
        "1.5h",
        "'connectionIdleTimeout' must match the pattern ^([0-9]{1,5}(h|m|s|ms)){1,4}$",
        "stream-timeout-limited",
        "workspace-drift",
    ),
    mismatch(
        "a value that is none of those allowed",
        f"{HA}/app/externalsecret.yaml",
        "creationPolicy: Owner",
        "creationPolicy: owner",
        "creationPolicy: owner",
        "'creationPolicy' must be Owner or Orphan or Merge or None; did you mean 'Owner'?",
        "secret-role-undelivered",
        "secret-key-unproduced",
        "workspace-drift",
    ),
    mismatch(
        "a required field is gone",
        f"{FLUX}/ks.yaml",
        "  interval: 30m\n",
        "",
        "spec:",
        "'spec' lacks the required field 'interval'",
        "workspace-drift",
    ),
    mismatch(
        "replicas in quotes",
        f"{FLUX}/app/deployment.yaml",
        "  replicas: 1",
        '  replicas: "1"',
        'replicas: "1"',
        "'replicas' must be a whole number, not a number in quotes",
        "replica-count-mismatch",
        "workspace-drift",
    ),
    mismatch(
        "a quantity that is a list",
        f"{HA}/app/volsync.yaml",
        "    capacity: 5Gi",
        "    capacity: [5Gi]",
        "capacity:",
        "'capacity' must be a whole number or text, not a list",
        "backup-missing",
        "workspace-drift",
    ),
]
