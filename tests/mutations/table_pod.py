"""The server's pod: how it starts, what it may write, what it reads, what it asks of its node."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.mutations.harness import APPS, Mutation

COMPONENT = f"{APPS}/components/workspace"
GENERATOR = f"{COMPONENT}/kustomization.yaml"
CONFIG = f"{COMPONENT}/config/opencode.json"


@dataclass(frozen=True, slots=True)
class Workspace:
    """What tells one workspace from the other."""

    prefix: str
    name: str
    repository: str
    other: str
    other_repository: str

    @property
    def deployment(self) -> str:
        return f"{APPS}/{self.name}/app/deployment.yaml"


FLUX = Workspace("FLUX", "opencode-flux", "k8s-cluster", "opencode-ha", "home-assistant-config")
HA = Workspace("HA", "opencode-ha", "home-assistant-config", "opencode-flux", "k8s-cluster")


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation of the Deployment of either workspace; texts may hold fields of `Workspace` as {name}."""

    what: str
    old: str
    new: str
    line: str
    message: str = ""
    also: tuple[str, ...] = ()


def in_both(number: str, rule: str, changes: list[Change]) -> list[Mutation]:
    """Each change in each workspace; `number` is that of the requirement, or a whole ID."""
    return [_mutation(workspace, number, rule, change) for change in changes for workspace in (FLUX, HA)]


def _mutation(workspace: Workspace, number: str, rule: str, change: Change) -> Mutation:
    def filled(text: str) -> str:
        for name in ("name", "repository", "other_repository", "other"):
            text = text.replace("{" + name + "}", getattr(workspace, name))
        return text

    return Mutation(
        number if "-" in number else f"{workspace.prefix}-{number}",
        f"{change.what} ({workspace.name})",
        rule,
        workspace.deployment,
        filled(change.old),
        filled(change.new),
        line=filled(change.line),
        message=filled(change.message),
        also=change.also,
    )


# Stretches of the Deployment that occur once.
ADDRESS = "0.0.0.0"  # noqa: S104
ARGS = 'args: [web, --hostname, 0.0.0.0, --port, "4096"]'
SERVER_HOME = "            - name: HOME\n              value: /home/opencode\n            # Last"
SERVER_DATA = """\
            - name: data
              mountPath: /home/opencode
              subPath: home
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: config
"""
INIT_DATA = SERVER_DATA.replace("- name: config\n", "- name: scripts\n")
INIT_HOME = "            - name: HOME\n              value: /home/opencode\n            - name: REPO_URL"
CACHE = "            - name: XDG_CACHE_HOME\n              value: /var/cache\n"
CLAIM = "          persistentVolumeClaim:\n            claimName: *app\n"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/tools/bin"
STARTUP = """\
          startupProbe:
            httpGet: &alive
              path: /site.webmanifest
              port: http
            periodSeconds: 2
            timeoutSeconds: 1
            failureThreshold: 60
"""
LIVENESS = """\
          livenessProbe:
            httpGet: *alive
            periodSeconds: 15
            timeoutSeconds: 10
            failureThreshold: 6
"""
READINESS = """\
          readinessProbe:
            httpGet: *alive
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
"""
DATA_LOST = ("session-data-unpersisted", "auth-unpersisted")
ALL_LOST = (*DATA_LOST, "working-directory-mismatch", "backup-missing")
PORT_LOST = ("probe-unsuitable", "route-chain-broken")
UNREAD = ("server-command-mismatch", "route-chain-broken")

FORM = [
    Change(
        "the port loses its quotes",
        '"4096"]',
        "4096]",
        ARGS[:20],
        "an item of 'args' must be text, not a number without quotes",
    ),
    Change(
        "args without an s",
        "args: [web",
        "arg: [web",
        "arg: [web",
        "there is no field 'arg' here; did you mean 'args'?",
    ),
    Change(
        "one text instead of a list",
        ARGS,
        "args: web --hostname 0.0.0.0 --port 4096",
        "args: web",
        "'args' must be a list, not text",
    ),
    Change(
        "the container's port in quotes",
        "containerPort: 4096",
        'containerPort: "4096"',
        "containerPort:",
        "'containerPort' must be a whole number, not a number in quotes",
        PORT_LOST,
    ),
    Change(
        "a variable loses its quotes",
        'OPENCODE_DISABLE_AUTOUPDATE\n              value: "true"',
        "OPENCODE_DISABLE_AUTOUPDATE\n              value: true",
        "value: true",
        "'value' must be text, not true without quotes",
    ),
    Change(
        "a variable of the init container loses its quotes",
        'value: "false"',
        "value: false",
        "value: false",
        "'value' must be text, not false without quotes",
        ("pull-unswitched",),
    ),
    Change(
        "a field in another case",
        "subPath: workspace\n            - name: config",
        "subpath: workspace\n            - name: config",
        "subpath: workspace",
        "there is no field 'subpath' here; did you mean 'subPath'?",
        ("working-directory-mismatch",),
    ),
]

COMMAND = [
    Change(
        "no address",
        "--hostname, 0.0.0.0, ",
        "",
        "args: [web, --port",
        "without --hostname the server listens on 127.0.0.1 instead of 0.0.0.0 or ::",
    ),
    Change(
        "the loopback address, as on a laptop",
        ADDRESS,
        "127.0.0.1",
        "args: [web",
        "the server listens on 127.0.0.1 instead of 0.0.0.0 or ::",
    ),
    Change(
        "no port",
        ', --port, "4096"',
        "",
        "args: [web",
        "without --port the server takes any port if the usual one is not free: it must be told 4096",
        ("route-chain-broken",),
    ),
    Change(
        "another port",
        '"4096"]',
        '"4906"]',
        "args: [web",
        "the server listens on port 4906 instead of 4096",
        PORT_LOST,
    ),
    Change(
        "an option with a typo",
        "--hostname",
        "--hostnmae",
        "args: [web",
        "OpenCode has no option '--hostnmae' and exits; did you mean '--hostname'?",
    ),
    Change(
        "the address with its port",
        ADDRESS,
        "0.0.0.0:4096",
        "args: [web",
        "the server listens on 0.0.0.0:4096 instead of 0.0.0.0 or ::",
    ),
    Change(
        "the command is left out",
        "args: [web, ",
        "args: [",
        "args: [--hostname",
        "without web or serve opencode starts its terminal interface",
    ),
    Change(
        "another command",
        "args: [web, ",
        "args: [attach, ",
        "args: [attach",
        "OpenCode is started as 'attach' instead of web or serve",
    ),
    Change(
        "the entrypoint again",
        "args: [web, ",
        "args: [opencode, web, ",
        "args: [opencode",
        "the image's entrypoint is opencode already: this one is its first argument",
        ("probe-unsuitable",),
    ),
    Change(
        "kept asleep for debugging",
        ARGS,
        "command: [sleep, infinity]",
        "command: [sleep",
        "the container starts sleep instead of opencode",
        ("process-one-unstoppable", "route-chain-broken"),
    ),
    Change(
        "a shell with a typo in the port",
        ARGS,
        "command: [sh, -c, exec opencode web --hostname 0.0.0.0 --port 4906]",
        "command: [sh",
        "the server listens on port 4906 instead of 4096",
        PORT_LOST,
    ),
    Change(
        "the container's port is another",
        "containerPort: 4096",
        "containerPort: 8080",
        "containerPort: 8080",
        "the container's port is 8080, but the server listens on 4096",
        PORT_LOST,
    ),
    Change(
        "two mounts at one path",
        "              mountPath: /tmp\n      volumes:",
        "              mountPath: /var/cache\n      volumes:",
        "mountPath: /var/cache",
        "there is a second mount at /var/cache",
        ("home-unwritable",),
    ),
]

HOME = [
    Change(
        "no HOME",
        SERVER_HOME,
        "            # Last",
        "env:",
        "OpenCode cannot make its data and state directories: /.local/share/opencode is in the "
        "image, whose file "
        "system is read-only; HOME is not set",
        (*DATA_LOST, "auth-seed-misplaced"),
    ),
    Change(
        "HOME with a typo",
        SERVER_HOME,
        SERVER_HOME.replace("opencode", "opencdoe"),
        "value: /home/opencdoe",
        "OpenCode cannot make its data and state directories: /home/opencdoe/.local/share/opencode "
        "is in the image, "
        "whose file system is read-only",
        (*DATA_LOST, "auth-seed-misplaced"),
    ),
    Change(
        "the root directory for a home",
        SERVER_HOME,
        SERVER_HOME.replace("/home/opencode", "/"),
        "value: /",
        also=(*DATA_LOST, "auth-seed-misplaced"),
    ),
    Change(
        "a home that is not absolute",
        SERVER_HOME,
        SERVER_HOME.replace("/home", "home"),
        "value: home/opencode",
        "HOME is 'home/opencode', which is no absolute path",
        ("auth-seed-misplaced",),
    ),
    Change(
        "the volume is mounted at another path",
        SERVER_DATA,
        SERVER_DATA.replace("/home/opencode", "/root"),
        "value: /home/opencode",
        also=(*DATA_LOST, "auth-seed-misplaced"),
    ),
    Change(
        "the volume is mounted read-only",
        SERVER_DATA,
        SERVER_DATA.replace("subPath: home", "subPath: home\n              readOnly: true"),
        "readOnly: true",
        "OpenCode cannot make its data and state directories: /home/opencode/.local/share/opencode "
        "is mounted "
        "read-only",
        (*DATA_LOST, "auth-seed-misplaced"),
    ),
    Change(
        "the claim is read-only",
        CLAIM,
        CLAIM + "            readOnly: true\n",
        "readOnly: true",
        "OpenCode cannot make its data and state directories: /home/opencode/.local/share/opencode "
        "is on a volume "
        "that is read-only",
        (*ALL_LOST, "auth-seed-misplaced", "clone-unguarded"),
    ),
    Change(
        "no fsGroup",
        "        fsGroup: 1000\n",
        "",
        "securityContext:",
        "OpenCode cannot make its data and state directories: /home/opencode/.local/share/opencode "
        "belongs to root: "
        "without fsGroup user 1000 cannot write to the volume",
        (*ALL_LOST, "auth-seed-misplaced", "backup-user-mismatch"),
    ),
    Change(
        "no user",
        "        runAsUser: 1000\n",
        "",
        "runAsNonRoot: true",
        "the image runs as root, which runAsNonRoot forbids: runAsUser is missing",
        ("backup-user-mismatch",),
    ),
    Change(
        "nothing is mounted at /tmp",
        "            - name: tmp\n              mountPath: /tmp\n      volumes:",
        "      volumes:",
        "volumeMounts:",
        "OpenCode cannot write temporary files: /tmp is in the image, whose file system is read-only",
    ),
    Change(
        "the cache is not mounted",
        "            - name: cache\n              mountPath: /var/cache\n",
        "",
        "value: /var/cache",
        "OpenCode cannot make its cache directory: /var/cache/opencode is in the image, whose file system is "
        "read-only",
    ),
    Change(
        "the cache is mounted read-only, like its neighbours",
        "mountPath: /var/cache\n",
        "mountPath: /var/cache\n              readOnly: true\n",
        "readOnly: true",
        "OpenCode cannot make its cache directory: /var/cache/opencode is mounted read-only",
    ),
]

CONFIG_VOLUME = "          configMap:\n            name: {name}-config\n"
CONFIG_MOUNT = "mountPath: /etc/xdg/opencode\n"
CONFIG_HOME = "            - name: XDG_CONFIG_HOME\n              value: /etc/xdg\n"
INSTALLED = (
    "OpenCode may write to /home/opencode/.config/opencode and installs packages there, "
    "for which 512Mi are too little"
)
NO_IGNORE = "/etc/xdg/opencode is read-only and holds no .gitignore: OpenCode answers 500"
NO_COMMA = (
    "opencode.json is no JSON, so OpenCode does not start: "
    "'}' is missing at the end of the object, or ',' between its members"
)
CONFIGURATION = [
    Change(
        "mounted one level too high",
        CONFIG_MOUNT,
        "mountPath: /etc/xdg\n",
        "mountPath: /etc/xdg",
        "this opencode.json is not read: OpenCode looks in /etc/xdg/opencode",
        ("home-unwritable", "provider-unlimited"),
    ),
    Change(
        "mounted at a path with a typo",
        CONFIG_MOUNT,
        "mountPath: /etc/xdg/open-code\n",
        "mountPath: /etc/xdg/open-code",
        "this opencode.json is not read: OpenCode looks in /etc/xdg/opencode",
        ("home-unwritable", "provider-unlimited"),
    ),
    Change(
        "not mounted",
        f"            - name: config\n              {CONFIG_MOUNT}              readOnly: true\n",
        "",
        "value: /etc/xdg",
        "nothing is mounted at /etc/xdg/opencode, where OpenCode looks for its configuration",
        ("home-unwritable", "provider-unlimited"),
    ),
    Change(
        "only the file is mounted",
        CONFIG_MOUNT,
        "mountPath: /etc/xdg/opencode/opencode.json\n              subPath: opencode.json\n",
        "name: opencode",
        NO_IGNORE,
    ),
    Change(
        "the directory is below HOME again",
        CONFIG_HOME,
        "",
        "mountPath: /home/opencode",
        INSTALLED,
    ),
    Change(
        "the variable has a typo",
        "XDG_CONFIG_HOME",
        "XDG_CONFIG_DIR",
        "mountPath: /home/opencode",
        INSTALLED,
    ),
    Change(
        "the ConfigMap's name has a typo",
        CONFIG_VOLUME,
        CONFIG_VOLUME.replace("config\n", "confg\n"),
        "name: {name}-confg",
        "there is no ConfigMap opencode/{name}-confg for /etc/xdg/opencode; did you mean '{name}-config'?",
        ("reference-dangling",),
    ),
    Change(
        "the ConfigMap of the scripts",
        CONFIG_VOLUME,
        CONFIG_VOLUME.replace("config\n", "scripts\n"),
        "name: {name}-scripts",
        "the ConfigMap {name}-scripts holds neither opencode.json nor .gitignore",
        ("provider-unlimited",),
    ),
    Change(
        "an emptyDir in place of the ConfigMap",
        CONFIG_VOLUME,
        "          emptyDir: {}\n",
        "mountPath: /etc/xdg/opencode",
        NO_IGNORE,
        ("provider-unlimited",),
    ),
    Change(
        "a switch is removed",
        '            - name: OPENCODE_DISABLE_PROJECT_CONFIG\n              value: "true"\n',
        "",
        "env:",
        "OPENCODE_DISABLE_PROJECT_CONFIG is not set, it must be true",
    ),
    Change(
        "a switch has a typo",
        "OPENCODE_DISABLE_AUTOUPDATE",
        "OPENCODE_DISABLE_AUTO_UPDATE",
        "OPENCODE_DISABLE_AUTO_UPDATE",
        "OPENCODE_DISABLE_AUTOUPDATE is not set, it must be true; did you mean "
        "'OPENCODE_DISABLE_AUTO_UPDATE'?",
    ),
    Change(
        "a switch is off",
        'MODELS_FETCH\n              value: "true"',
        'MODELS_FETCH\n              value: "false"',
        'value: "false"',
        "OPENCODE_DISABLE_MODELS_FETCH is 'false', OpenCode takes only true and 1 for yes",
    ),
    Change(
        "a switch in another language",
        'LSP_DOWNLOAD\n              value: "true"',
        'LSP_DOWNLOAD\n              value: "yes"',
        'value: "yes"',
        "OPENCODE_DISABLE_LSP_DOWNLOAD is 'yes', OpenCode takes only true and 1 for yes",
    ),
    Change(
        "a file of its own that is not there",
        CACHE,
        CACHE + "            - name: OPENCODE_CONFIG\n              value: /etc/opencode.json\n",
        "value: /etc/opencode.json",
        "there is no file /etc/opencode.json in the container",
    ),
]
LISTED = '"enabled_providers": ["github-copilot"]'
SHARED_CONFIGURATION = [
    Mutation(
        requirement,
        f"{what} ({requirement})",
        "configuration-unusable",
        path,
        old,
        new,
        line=line,
        at=at,
        also=also,
        message=message,
    )
    for requirement in ("FLUX-01", "HA-01")
    for what, path, old, new, line, at, message, also in (
        (
            "the .gitignore is left out",
            GENERATOR,
            "      - .gitignore=./config/gitignore\n",
            "",
            "name: config",
            "",
            NO_IGNORE,
            ("manifest-orphaned",),
        ),
        (
            "the .gitignore without its dot",
            GENERATOR,
            ".gitignore=./config/gitignore",
            "./config/gitignore",
            "name: config",
            "",
            f"{NO_IGNORE}; did you mean 'gitignore'?",
            (),
        ),
        (
            "the file gets another name",
            GENERATOR,
            "./config/opencode.json",
            "opencode.jsn=./config/opencode.json",
            "name: config",
            "",
            "",
            ("provider-unlimited",),
        ),
        (
            "a comma too few",
            CONFIG,
            'config.json",',
            'config.json"',
            LISTED,
            "",
            NO_COMMA,
            ("provider-unlimited", "yaml-syntax"),
        ),
        (
            "names without quotes",
            CONFIG,
            '"enabled_providers"',
            "enabled_providers",
            "enabled_providers",
            "",
            "opencode.json is no JSON, so OpenCode does not start: a name in double quotes is missing",
            ("provider-unlimited",),
        ),
    )
]

PROVIDER = [
    Mutation(
        requirement,
        f"{what} ({requirement})",
        "provider-unlimited",
        CONFIG,
        old,
        new,
        line=line,
        message=message,
    )
    for requirement in ("FLUX-03", "HA-03")
    for what, old, new, line, message in (
        (
            "a second provider",
            '["github-copilot"]',
            '["github-copilot", "opencode"]',
            "opencode",
            "enabled_providers lists opencode too",
        ),
        (
            "the provider has a typo",
            "github-copilot",
            "github-copilt",
            "github-copilt",
            "enabled_providers lists github-copilt; did you mean 'github-copilot'?",
        ),
        (
            "the list has a typo",
            "enabled_providers",
            "enabledProviders",
            "enabledProviders",
            "there is no enabled_providers; did you mean this one?",
        ),
        (
            "no list",
            f",\n  {LISTED}",
            "",
            "{",
            "opencode.json has no enabled_providers, it must list github-copilot",
        ),
        (
            "a text in place of the list",
            '["github-copilot"]',
            '"github-copilot"',
            LISTED[:20],
            "enabled_providers must be a list of names",
        ),
        (
            "an empty list",
            '["github-copilot"]',
            "[]",
            "[]",
            "enabled_providers does not list github-copilot",
        ),
        (
            "switched off beside it",
            LISTED,
            LISTED + ',\n  "disabled_providers": ["github-copilot"]',
            "disabled_providers",
            "disabled_providers switches github-copilot off again",
        ),
        (
            "the list is commented out",
            LISTED,
            f"// {LISTED}",
            "{",
            "opencode.json has no enabled_providers, it must list github-copilot",
        ),
    )
]
PROVIDER += [
    Mutation(
        "FLUX-03",
        "a second file overrides the first",
        "provider-unlimited",
        f"{COMPONENT}/config/opencode.jsonc",
        new='{\n  "enabled_providers": ["github-copilot", "anthropic"] // and Claude\n}\n',
        create=True,
        more=(
            (
                GENERATOR,
                "      - ./config/opencode.json\n",
                "      - ./config/opencode.json\n      - ./config/opencode.jsonc\n",
            ),
        ),
        line="anthropic",
        message="enabled_providers lists anthropic too",
    ),
]
PROVIDER_IN_ENVIRONMENT = [
    Change(
        "the environment overrides the file",
        CACHE,
        CACHE
        + "            - name: OPENCODE_CONFIG_CONTENT\n"
        + '              value: \'{"enabled_providers": ["openai", "github-copilot"]}\'\n',
        "openai",
        "enabled_providers lists openai too",
    ),
]

WRONG_PAGE = "startup, liveness and readiness probe: {} wants the password, /site.webmanifest does not"
PROBES = [
    Change(
        "the health page, which wants the password",
        "path: /site.webmanifest",
        "path: /global/health",
        "path: /global/health",
        WRONG_PAGE.format("/global/health"),
    ),
    Change("the first page", "path: /site.webmanifest", "path: /", "path: /", WRONG_PAGE.format("/")),
    Change(
        "the page has a typo",
        "path: /site.webmanifest",
        "path: /site.manifest",
        "path: /site.manifest",
        WRONG_PAGE.format("/site.manifest"),
    ),
    Change(
        "the port's name has a typo",
        "port: http\n",
        "port: https\n",
        "port: https",
        "startup, liveness and readiness probe: the container has no port 'https'; did you mean 'http'?",
    ),
    Change(
        "the port's number is wrong",
        "port: http\n",
        "port: 8080\n",
        "port: 8080",
        "startup, liveness and readiness probe: port 8080 is asked, but the server listens on 4096",
    ),
    Change(
        "by TLS",
        "port: http\n",
        "port: http\n              scheme: HTTPS\n",
        "scheme: HTTPS",
        "startup, liveness and readiness probe: the server speaks HTTP, not HTTPS",
    ),
    Change(
        "with the password",
        "port: http\n",
        "port: http\n              httpHeaders:\n                - name: Authorization\n"
        "                  value: Basic\n",
        "name: Authorization",
        "startup, liveness and readiness probe: this header shows the password to all who read the manifest",
        ("secret-in-file",),
    ),
    Change(
        "ready when a connection is accepted",
        READINESS,
        READINESS.replace("httpGet: *alive", "tcpSocket:\n              port: http"),
        "tcpSocket:",
        "readiness probe: a connection is accepted also while the server does not answer",
    ),
    Change(
        "alive while a connection is accepted",
        LIVENESS,
        LIVENESS.replace("httpGet: *alive", "tcpSocket: {port: http}"),
        "tcpSocket:",
        "liveness probe: a connection is accepted also while the server does not answer",
    ),
    Change(
        "a program that asks for the health page",
        LIVENESS,
        LIVENESS.replace(
            "httpGet: *alive", "exec: {command: [wget, -qO-, 'http://127.0.0.1:4096/global/health']}"
        ),
        "exec:",
        "liveness probe: /global/health wants the password, /site.webmanifest does not",
    ),
    Change(
        "an impatient time-out",
        "timeoutSeconds: 10",
        "timeoutSeconds: 1",
        "timeoutSeconds: 1",
        "liveness probe: timeoutSeconds is 1, it must be at least 5",
    ),
    Change(
        "the default time-out",
        "            timeoutSeconds: 10\n",
        "",
        "livenessProbe:",
        "liveness probe: timeoutSeconds is 1, it must be at least 5",
    ),
    Change(
        "killed at the first silence",
        LIVENESS,
        LIVENESS.replace("Threshold: 6", "Threshold: 1"),
        "failureThreshold: 1",
        "liveness probe: failureThreshold is 1, it must be at least 6",
    ),
    Change(
        "a short start",
        "failureThreshold: 60",
        "failureThreshold: 6",
        "failureThreshold: 6",
        "startup probe: it gives up after 12 seconds, it must allow 60",
    ),
    Change(
        "out of service at once",
        READINESS,
        READINESS.replace("Threshold: 6", "Threshold: 1"),
        "failureThreshold: 1",
        "readiness probe: it fails after 10 seconds of silence, it must allow 15",
    ),
    Change(
        "no startup probe",
        STARTUP + LIVENESS,
        LIVENESS.replace("*alive", "&alive\n              path: /site.webmanifest\n              port: http"),
        "name: opencode",
        "there is no startup probe: the liveness probe kills a server that is still starting",
    ),
    Change(
        "no liveness probe",
        LIVENESS,
        "",
        "name: opencode",
        "there is no liveness probe: a server that hangs is never started again",
    ),
    Change(
        "no readiness probe",
        READINESS,
        "",
        "name: opencode",
        "there is no readiness probe: requests arrive before the server answers them",
    ),
    Change(
        "the name of a probe in another case",
        "readinessProbe:",
        "readinessprobe:",
        "name: opencode",
        "there is no readiness probe: requests arrive before the server answers them",
        ("server-command-mismatch",),
    ),
]

SHARE = "      shareProcessNamespace: true\n"
IGNORED = "opencode is process 1 and ignores SIGTERM: shareProcessNamespace is not true"
PROCESS = [
    Change("the line is removed", SHARE, "", "spec:", IGNORED),
    Change("switched off", SHARE, SHARE.replace("true", "false"), "shareProcessNamespace: false", IGNORED),
    Change(
        "in quotes",
        SHARE,
        SHARE.replace("true", '"true"'),
        "shareProcessNamespace:",
        IGNORED,
        ("server-command-mismatch",),
    ),
    Change(
        "in another case",
        SHARE,
        SHARE.replace("space", "Space"),
        "spec:",
        IGNORED,
        ("server-command-mismatch",),
    ),
    Change(
        "moved into the securityContext",
        SHARE + "      terminationGracePeriodSeconds: 30\n      securityContext:\n",
        "      terminationGracePeriodSeconds: 30\n      securityContext:\n        "
        "shareProcessNamespace: true\n",
        "spec:",
        IGNORED,
        ("server-command-mismatch",),
    ),
    Change(
        "no time to end",
        "terminationGracePeriodSeconds: 30",
        "terminationGracePeriodSeconds: 0",
        "terminationGracePeriodSeconds: 0",
        "the pod has 0 seconds to end, it must be 5 to 120",
    ),
    Change(
        "milliseconds taken for seconds",
        "terminationGracePeriodSeconds: 30",
        "terminationGracePeriodSeconds: 30000",
        "terminationGracePeriodSeconds: 30000",
        "the pod has 30000 seconds to end, it must be 5 to 120",
    ),
]

DIRECTORY = [
    Change(
        "no working directory",
        "          workingDir: /workspace/{repository}\n",
        "",
        "name: opencode",
        "the server works in / because it has no workingDir, which must be /workspace/{repository}",
        ("repository-mismatch",),
    ),
    Change(
        "the other workspace's repository",
        "workingDir: /workspace/{repository}",
        "workingDir: /workspace/{other_repository}",
        "workingDir: /workspace/{other_repository}",
        "the server works in /workspace/{other_repository}, the clone is at /workspace/{repository}",
        ("repository-mismatch",),
    ),
    Change(
        "the volume instead of the clone",
        "workingDir: /workspace/{repository}",
        "workingDir: /workspace",
        "workingDir: /workspace",
        "the server works in /workspace, the clone is at /workspace/{repository}",
        ("repository-mismatch",),
    ),
    Change(
        "a path that is not absolute",
        "workingDir: /workspace",
        "workingDir: workspace",
        "workingDir: workspace",
        "workingDir is 'workspace/{repository}', which is no absolute path",
        ("repository-mismatch",),
    ),
    Change(
        "the clone moves, the server does not",
        "value: /workspace/{repository}",
        "value: /workspace/repository",
        "workingDir: /workspace/{repository}",
        "the server works in /workspace/{repository}, the clone is at /workspace/repository",
        ("repository-mismatch",),
    ),
    Change(
        "the variable has a typo",
        "- name: REPO_DIR",
        "- name: REPODIR",
        "- name: REPODIR",
        "no init container has the variable REPO_DIR; did you mean this one?",
        ("repository-mismatch", "clone-unguarded"),
    ),
    Change(
        "the clone goes into the image",
        "value: /workspace/{repository}",
        "value: /srv/{repository}",
        "value: /srv/{repository}",
        "the clone /srv/{repository} is in the image, not on a volume: it goes with the container",
        ("repository-mismatch",),
    ),
    Change(
        "another part of the volume for the server",
        SERVER_DATA,
        SERVER_DATA.replace("subPath: workspace", "subPath: workspaces"),
        "mountPath: /workspace",
        "/workspace/{repository} of the server is not where init-workspace clones to: volume or "
        "subPath differ",
    ),
    Change(
        "another part of the volume for the clone",
        INIT_DATA,
        INIT_DATA.replace("subPath: workspace", "subPath: clone"),
        "mountPath: /workspace",
        "/workspace/{repository} of the server is not where init-workspace clones to: volume or "
        "subPath differ",
    ),
    Change(
        "the server does not mount it",
        SERVER_DATA,
        "".join(SERVER_DATA.splitlines(keepends=True)[:3]) + "            - name: config\n",
        "workingDir:",
        "/workspace/{repository} of the server is not where init-workspace clones to: nothing is "
        "mounted there",
    ),
    Change(
        "an emptyDir for the clone",
        INIT_DATA,
        INIT_DATA.replace(
            "- name: data\n              mountPath: /w", "- name: tmp\n              mountPath: /w"
        ),
        "mountPath: /workspace",
        "the clone /workspace/{repository} is on an emptyDir, which goes with the pod",
    ),
    Change(
        "the clone cannot be written",
        INIT_DATA,
        INIT_DATA.replace("subPath: workspace", "subPath: workspace\n              readOnly: true"),
        "readOnly: true",
        "the clone /workspace/{repository} is mounted read-only",
        ("clone-unguarded",),
    ),
]

NOT_LED = "PATH does not lead to the git that install-git puts into /opt/tools/bin"
TOOLS_MOUNT = "            - name: tools\n              mountPath: /opt/tools\n              readOnly: true\n"
GIT = [
    Change(
        "no PATH",
        "            - name: PATH\n              value: " + PATH + "\n",
        "",
        "env:",
        NOT_LED,
    ),
    Change("PATH without the volume", ":/opt/tools/bin\n", "\n", "value: /usr/local/sbin", NOT_LED),
    Change(
        "PATH one level too high", ":/opt/tools/bin\n", ":/opt/tools\n", "value: /usr/local/sbin", NOT_LED
    ),
    Change("PATH with a typo", ":/opt/tools/bin\n", ":/opt/tool/bin\n", "value: /usr/local/sbin", NOT_LED),
    Change(
        "PATH as a shell would write it",
        PATH,
        "$PATH:/opt/tools/bin",
        "value: $PATH",
        "PATH lacks /usr/local/bin, /usr/bin, /bin, where the image has programs",
    ),
    Change(
        "PATH without the server's own folder",
        "/usr/local/bin:",
        "",
        "value: /usr/local/sbin",
        "PATH lacks /usr/local/bin, where the image has programs",
    ),
    Change("the volume is not mounted", TOOLS_MOUNT, "", "value: /usr/local/sbin", NOT_LED),
    Change(
        "another volume in its place",
        TOOLS_MOUNT,
        TOOLS_MOUNT.replace("name: tools", "name: cache"),
        "value: /usr/local/sbin",
        NOT_LED,
    ),
    Change(
        "a part of the volume",
        TOOLS_MOUNT,
        TOOLS_MOUNT + "              subPath: git\n",
        "value: /usr/local/sbin",
        NOT_LED,
    ),
    Change(
        "the volume over the server's own folder",
        TOOLS_MOUNT,
        TOOLS_MOUNT + "            - name: tools\n              mountPath: /usr/local/bin\n",
        "mountPath: /usr/local/bin",
        "the volume tools hides the programs of the image in /usr/local/bin",
    ),
    Change(
        "nothing is installed",
        "command: [/bin/sh, /scripts/install-git.sh]",
        'command: [/bin/sh, -c, "true"]',
        "name: opencode",
        "nothing brings git into this container: no init container runs install-git.sh",
    ),
    Change(
        "the variable has a typo",
        "- name: TOOLS_DIR",
        "- name: TOOL_DIR",
        "env:",
        "install-git.sh needs the variable TOOLS_DIR",
    ),
    Change(
        "into a directory that is no volume",
        "value: /opt/tools\n",
        "value: /opt/tool\n",
        "value: /opt/tool",
        "what install-git puts into /opt/tool is on no volume",
    ),
    Change(
        "the script is not mounted",
        "            - name: scripts\n              mountPath: /scripts\n              readOnly: true\n"
        "            - name: tools\n              mountPath: /opt/tools\n        #",
        "            - name: tools\n              mountPath: /opt/tools\n        #",
        "install-git.sh",
        "there is no file /scripts/install-git.sh in install-git",
    ),
    Change(
        "another image",
        "image: &git docker.io/alpine/git:v2.54.0@",
        "image: &git docker.io/library/alpine:3.22.1@",
        "image: &git",
        "alpine is not known to have git, as docker.io/alpine/git is",
        ("image-unofficial", "image-unpinned"),
    ),
    Change(
        "as a sidecar",
        "- name: install-git\n",
        "- name: install-git\n          restartPolicy: Always\n",
        "restartPolicy: Always",
        "install-git need not have ended when the server starts",
        ("resources-mismatch",),
    ),
]

SESSIONS = [
    Change(
        "an emptyDir in place of the claim",
        CLAIM,
        "          emptyDir: {}\n",
        "mountPath: /home/opencode",
        "the data directory /home/opencode/.local/share/opencode is on an emptyDir, which goes with the pod",
        (*ALL_LOST, "reference-dangling"),
    ),
    Change(
        "the claim of the other workspace",
        "claimName: *app",
        "claimName: {other}",
        "claimName: {other}",
        "the data directory /home/opencode/.local/share/opencode is on the claim {other}, which "
        "belongs to {other}",
        (*ALL_LOST, "reference-dangling"),
    ),
    Change(
        "a claim that does not exist",
        "claimName: *app",
        "claimName: {name}-data",
        "claimName: {name}-data",
        also=(*ALL_LOST, "reference-dangling"),
    ),
    Change(
        "the data directory is moved to the cache",
        CACHE,
        CACHE + "            - name: XDG_DATA_HOME\n              value: /var/cache\n",
        "mountPath: /var/cache",
        "the data directory /var/cache/opencode is on an emptyDir, which goes with the pod",
        ("auth-unpersisted", "auth-seed-misplaced"),
    ),
    Change(
        "the home directory is the temporary one",
        SERVER_HOME,
        SERVER_HOME.replace("/home/opencode", "/tmp"),  # noqa: S108
        "mountPath: /tmp",
        "the data directory /tmp/.local/share/opencode is on an emptyDir, which goes with the pod",
        ("auth-unpersisted", "auth-seed-misplaced"),
    ),
    Change(
        "the database in memory",
        CACHE,
        CACHE + '            - name: OPENCODE_DB\n              value: ":memory:"\n',
        ":memory:",
        "OPENCODE_DB keeps the sessions in memory",
    ),
    Change(
        "the database among the temporary files",
        CACHE,
        CACHE + "            - name: OPENCODE_DB\n              value: /tmp/sessions.db\n",
        "mountPath: /tmp",
        "the database /tmp/sessions.db is on an emptyDir, which goes with the pod",
    ),
    Change(
        "a volume over a part of the home directory",
        SERVER_DATA,
        SERVER_DATA.replace(
            "- name: config",
            "- name: cache\n              mountPath: /home/opencode/.local\n            - name: config",
        ),
        "mountPath: /home/opencode/.local",
        "the data directory /home/opencode/.local/share/opencode is on an emptyDir, which goes with the pod",
        ("auth-unpersisted", "auth-seed-misplaced"),
    ),
    Change(
        "a volume over the snapshots",
        SERVER_DATA,
        SERVER_DATA.replace(
            "- name: config",
            "- name: cache\n              mountPath: /home/opencode/.local/share/opencode/snapshot\n"
            "            - name: config",
        ),
        "share/opencode/snapshot",
        "snapshot in the data directory is on an emptyDir, which goes with the pod",
    ),
    Change(
        "a directory for each pod",
        SERVER_DATA,
        SERVER_DATA.replace("subPath: home", "subPathExpr: $(HOSTNAME)"),
        "subPathExpr:",
        "the data directory /home/opencode/.local/share/opencode is in a directory that may be "
        "another one for each "
        "pod",
        ("auth-unpersisted", "auth-seed-misplaced"),
    ),
    Change(
        "a volume that Kubernetes makes for each pod",
        CLAIM,
        "          ephemeral: {}\n",
        "mountPath: /home/opencode",
        "the data directory /home/opencode/.local/share/opencode is on an ephemeral volume, which "
        "goes with the pod",
        (*ALL_LOST, "reference-dangling"),
    ),
]

LOGIN_PATH = "/home/opencode/.local/share/opencode/auth" + ".json"
LOGIN = [
    Change(
        "the Secret in place of the file",
        SERVER_DATA,
        SERVER_DATA.replace(
            "- name: config",
            f"- name: secrets\n              mountPath: {LOGIN_PATH}\n              subPath: copilot-login\n"
            "            - name: config",
        ),
        f"mountPath: {LOGIN_PATH}",
        "auth.json is on a Secret: no login in the interface can change it",
        ("auth-seed-misplaced", "clone-token-in-server"),
    ),
    Change(
        "a variable in place of the file",
        CACHE,
        CACHE
        + "            - name: OPENCODE_AUTH_CONTENT\n              valueFrom:\n"
        + "                secretKeyRef: {name: {name}-secret, key: copilot-login}\n",
        "copilot-login}",
        "OPENCODE_AUTH_CONTENT replaces auth.json: no login in the interface has an effect",
        ("auth-seed-misplaced", "secret-literal-environment"),
    ),
    Change(
        "another home for the init container",
        INIT_HOME,
        INIT_HOME.replace("/home/opencode", "/root"),
        "value: /root",
        f"init-workspace puts the login at /root/.local/share/opencode/auth.json, the server has it "
        f"at {LOGIN_PATH}",
        ("auth-seed-misplaced",),
    ),
    Change(
        "no home for the init container",
        INIT_HOME,
        "            - name: REPO_URL",
        "env:",
        also=("auth-seed-misplaced", "clone-unguarded"),
    ),
    Change(
        "another part of the volume for the init container",
        INIT_DATA,
        INIT_DATA.replace("subPath: home", "subPath: init"),
        "mountPath: /home/opencode",
        "init-workspace puts the login elsewhere on the volumes than the server has it",
        ("auth-seed-misplaced",),
    ),
    Change(
        "the init container does not mount the home directory",
        INIT_DATA,
        "".join(INIT_DATA.splitlines(keepends=True)[3:]),
        "value: /home/opencode",
        "init-workspace puts the login elsewhere on the volumes than the server has it",
        ("auth-seed-misplaced",),
    ),
    Change(
        "the init container may not write to it",
        INIT_DATA,
        INIT_DATA.replace("subPath: home", "subPath: home\n              readOnly: true"),
        "readOnly: true",
        f"init-workspace cannot put the login in place: {LOGIN_PATH} is mounted read-only",
        ("auth-seed-misplaced",),
    ),
    Change(
        "the init container runs as root",
        "          securityContext: *confined\n          volumeMounts:\n" + INIT_DATA,
        "          securityContext:\n            runAsUser: 0\n          volumeMounts:\n" + INIT_DATA,
        "runAsUser: 0",
        "init-workspace runs as user 0, but the server, which must read the login, as user 1000",
        ("backup-user-mismatch", "auth-seed-misplaced"),
    ),
    Change(
        "another data directory for the server, on the volume too",
        CACHE,
        CACHE + "            - name: XDG_DATA_HOME\n              value: /home/opencode/data\n",
        "mountPath: /home/opencode",
        "init-workspace puts the login elsewhere on the volumes than the server has it",
        ("auth-seed-misplaced",),
    ),
]

ANCHOR = """\
          resources: &resources
            requests:
              cpu: 100m
              memory: 256Mi
            limits:
              cpu: 500m
              memory: 512Mi
"""
ALL_THREE = "install-git, init-workspace and opencode"
OWN = ANCHOR.replace(" &resources", "")
SERVER_RESOURCES = "            failureThreshold: 6\n          resources: *resources\n"
INIT_RESOURCES = "                  key: github-pat\n          resources: *resources\n"
RESOURCES = [
    Change(
        "twice the processor",
        "cpu: 100m",
        "cpu: 200m",
        "cpu: 200m",
        f"{ALL_THREE} request 200m of cpu instead of 100m",
    ),
    Change(
        "a whole processor for a limit",
        "cpu: 500m",
        "cpu: 1",
        "cpu: 1",
        f"{ALL_THREE} may use 1 of cpu instead of 500m",
    ),
    Change(
        "the memory that it would rather have",
        "memory: 512Mi",
        "memory: 1Gi",
        "memory: 1Gi",
        f"{ALL_THREE} may use 1Gi of memory instead of 512Mi",
    ),
    Change(
        "decimal megabytes",
        "memory: 256Mi",
        "memory: 256M",
        "memory: 256M",
        "opencode requests 256M of memory instead of 256Mi",
    ),
    Change(
        "millibytes",
        "memory: 512Mi",
        "memory: 512m",
        "memory: 512m",
        "opencode may use 512m of memory instead of 512Mi",
        ("configuration-unusable",),
    ),
    Change(
        "a unit that Kubernetes does not have",
        "memory: 512Mi",
        "memory: 512MB",
        "memory: 512MB",
        "'512MB' has an unknown suffix; did you mean m or M?",
    ),
    Change(
        "no limit on the processor",
        "              cpu: 500m\n",
        "",
        "limits:",
        f"{ALL_THREE} may use any amount of cpu instead of 500m",
    ),
    Change(
        "no request of memory, so that the limit counts",
        "              memory: 256Mi\n",
        "",
        "requests:",
        f"{ALL_THREE} request 512Mi of memory, as its limit is, instead of 256Mi",
    ),
    Change(
        "limits with another name",
        "            limits:\n",
        "            limit:\n",
        "resources: &resources",
        "install-git may use any amount of cpu instead of 500m",
        ("server-command-mismatch",),
    ),
    Change(
        "the server has less than the rest",
        SERVER_RESOURCES,
        SERVER_RESOURCES.replace("          resources: *resources\n", OWN.replace("512Mi", "384Mi")),
        "memory: 384Mi",
        "opencode may use 384Mi of memory instead of 512Mi",
    ),
    Change(
        "the server has none",
        SERVER_RESOURCES,
        "            failureThreshold: 6\n",
        "name: opencode",
        "opencode may use any amount of cpu instead of 500m",
    ),
    Change(
        "the init container asks for more than the server",
        INIT_RESOURCES,
        INIT_RESOURCES.replace("          resources: *resources\n", OWN.replace("cpu: 100m", "cpu: 1500m")),
        "cpu: 1500m",
        "init-workspace requests 1500m of cpu instead of 100m",
    ),
    Change(
        "the init container has none",
        INIT_RESOURCES,
        "                  key: github-pat\n",
        "name: init-workspace",
        "init-workspace may use any amount of memory instead of 512Mi",
    ),
    Change(
        "a second container beside the server",
        "      containers:\n",
        "      containers:\n        - name: tail\n          image: *git\n          args: [tail]\n"
        "          resources: *resources\n          securityContext: *confined\n",
        "cpu: 100m",
        "tail (100m) and opencode (100m) request together 200m of cpu instead of 100m",
        ("server-unexpected", "proxy-present", "image-unofficial"),
    ),
    Change(
        "for the pod as a whole, and wrong",
        "      terminationGracePeriodSeconds: 30\n",
        "      terminationGracePeriodSeconds: 30\n      resources: {limits: {memory: 2Gi}}\n",
        "resources: {limits",
        "the pod may use 2Gi of memory instead of 512Mi",
    ),
]

BUILD_FAILED = ("kustomize-build-failed", "manifest-orphaned")
REMOVED = [
    mutation
    for workspace in (FLUX, HA)
    for mutation in (
        Mutation(
            f"{workspace.prefix}-01",
            f"opencode.json is removed ({workspace.name})",
            "configuration-unusable",
            CONFIG,
            line=f"name: {workspace.name}-config",
            at=workspace.deployment,
            message=f"there is no ConfigMap opencode/{workspace.name}-config for /etc/xdg/opencode; did you mean "
            f"'{workspace.name}-scripts'?",
            also=("reference-dangling", *BUILD_FAILED),
        ),
        Mutation(
            "SEC-02",
            f"install-git.sh is removed ({workspace.name})",
            "reference-dangling",
            f"{COMPONENT}/install-git.sh",
            line=f"name: {workspace.name}-scripts",
            at=workspace.deployment,
            message=f"there is no ConfigMap opencode/{workspace.name}-scripts; did you mean "
            f"'{workspace.name}-config'?",
            also=BUILD_FAILED,
        ),
        Mutation(
            f"{workspace.prefix}-07",
            f"the claim is not listed ({workspace.name})",
            "session-data-unpersisted",
            f"{APPS}/{workspace.name}/app/kustomization.yaml",
            "  - ./pvc.yaml\n",
            "",
            line="claimName:",
            at=workspace.deployment,
            also=(*ALL_LOST, "reference-dangling", "manifest-orphaned", "claim-mismatch"),
        ),
    )
]

MUTATIONS: list[Mutation] = [
    *in_both("01", "schema-mismatch", [replace(change, also=(*change.also, *UNREAD)) for change in FORM]),
    *in_both("01", "server-command-mismatch", COMMAND),
    *in_both("01", "home-unwritable", HOME),
    *in_both("01", "configuration-unusable", CONFIGURATION),
    *SHARED_CONFIGURATION,
    *REMOVED,
    *PROVIDER,
    *in_both("03", "provider-unlimited", PROVIDER_IN_ENVIRONMENT),
    *in_both("01", "probe-unsuitable", PROBES),
    *in_both("01", "process-one-unstoppable", PROCESS),
    *in_both("04", "working-directory-mismatch", DIRECTORY),
    *in_both("04", "git-missing", GIT),
    *in_both("07", "session-data-unpersisted", SESSIONS),
    *in_both("08", "auth-unpersisted", LOGIN),
    *in_both("SEC-05", "resources-mismatch", RESOURCES),
]
