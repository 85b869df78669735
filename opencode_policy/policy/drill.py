"""The section `drill` of policies/opencode.yaml: what the images hold, and what only the policy knows.

Everything else a drill needs it reads from the manifests.
"""

# No postponed annotations: evaluating them from text later costs a cold run milliseconds.

from typing import Annotated

from opencode_policy.lean import dataclass
from opencode_policy.policy.constraint import Doc, Items, Matches, Within
from opencode_policy.policy.texts import NonEmpty, TreePath, Variable

AbsolutePath = Annotated[str, Matches(r"/[^\s?#]*", "a path that begins with a slash")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillImage:
    """What an image has beyond a busybox: the drill makes its userland of the machine's own programs."""

    image: Annotated[NonEmpty, Doc("Repository of the image, without tag and digest.")]
    entrypoint: Annotated[
        tuple[NonEmpty, ...], Items(), Doc("Its ENTRYPOINT, for a container without a `command`.")
    ] = ()
    programs: Annotated[tuple[NonEmpty, ...], Items(), Doc("Programs it has on its PATH.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillProgram:
    """A program that no distribution has: it comes from a package of the npm registry."""

    name: Annotated[NonEmpty, Doc("Name by which images list it.")]
    package: Annotated[NonEmpty, Doc("The npm package.")]
    version: Annotated[NonEmpty, Doc("Its version.")]
    path: Annotated[TreePath, Doc("The program inside the package.")]
    sha256: Annotated[
        str, Matches(r"[0-9a-f]{64}", "64 hexadecimal digits"), Doc("SHA-256 of the program itself.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPull:
    """The switch that makes a boot bring the clone up to date."""

    variable: Annotated[Variable, Doc("The environment variable.")]
    value: Annotated[NonEmpty, Doc("Its value when the pull is on.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillServer:
    """What the server answers, and to whom."""

    variable: Annotated[Variable, Doc("Environment variable that holds its password.")]
    user: Annotated[NonEmpty, Doc("User name that goes with the password.")]
    page: Annotated[NonEmpty, Doc("Text that its page holds.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """How `opencode-policy drill` runs the manifests."""

    images: Annotated[tuple[DrillImage, ...], Items(), Doc("The images that pods use.")] = ()
    programs: Annotated[
        tuple[DrillProgram, ...], Items(), Doc("Programs that come from a package registry.")
    ] = ()
    boot_seconds: Annotated[
        int, Within(1, 600), Doc("How long an init container may take when there is nothing to do.")
    ] = 2
    ready_seconds: Annotated[
        int, Within(1, 3600), Doc("How long a server may take until its probe succeeds, at most.")
    ] = 120
    interruptions: Annotated[
        int, Within(1, 1000), Doc("How often the power fails at a random moment of a boot.")
    ] = 50
    git_user: Annotated[NonEmpty, Doc("User name by which git presents the token.")] = "x-access-token"
    pull: Annotated[DrillPull | None, Doc("The switch of a pull at boot.")] = None
    server: Annotated[DrillServer | None, Doc("What the server answers.")] = None
    seed_script: Annotated[
        TreePath | None, Doc("The script that stores the login of this machine in the secret store.")
    ] = None
    seed_arguments: Annotated[tuple[NonEmpty, ...], Items(), Doc("Its arguments for every workspace.")] = ()
