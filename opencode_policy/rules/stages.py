"""What the stages before the rules report: the same facts about each as about a rule."""

from __future__ import annotations

from opencode_policy.concern import Concern
from opencode_policy.finding import Severity
from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class StageRule:
    """A finding that reading, expanding or suppressing makes; documented like a rule, never disabled."""

    id: str
    summary: str
    why: str
    fix: str
    severity: Severity = "error"
    requirements: tuple[str, ...] = ("SEC-02",)
    suppressible: bool = False
    security_severity: float | None = None
    concern: Concern = "references"


STAGE_RULES: dict[str, StageRule] = {
    rule.id: rule
    for rule in (
        StageRule(
            "file-unreadable",
            "A file could not be read.",
            "What cannot be read is not checked, and what is not checked must not pass.",
            "Give the file read permission, or remove the dangling link.",
        ),
        StageRule(
            "file-too-large",
            "A file is larger than the limit.",
            "Reading it would take more time and memory than a check may; so it is not checked.",
            "Split the file, or keep generated data out of the tree.",
        ),
        StageRule(
            "file-not-utf8",
            "A text file is not UTF-8.",
            "kustomize reads UTF-8; other encodings reach the cluster garbled or not at all.",
            "Save the file as UTF-8 without a byte order mark.",
        ),
        StageRule(
            "file-byte-order-mark",
            "A file begins with a byte order mark.",
            "Not every consumer of the file skips the mark, and a script with one does not start.",
            "Save the file as UTF-8 without a byte order mark.",
            severity="warning",
            suppressible=True,
        ),
        StageRule(
            "file-crlf",
            "A file has Windows line ends.",
            "A shell script with CRLF line ends does not run, and diffs of such files mislead.",
            "Convert the file to LF line ends.",
            severity="warning",
            suppressible=True,
        ),
        StageRule(
            "path-outside-tree",
            "A path leads out of the repository.",
            "Flux builds from the repository alone: what lies outside it does not exist in the cluster.",
            "Move the file into the repository and refer to it by a path inside it.",
        ),
        StageRule(
            "symlink-loop",
            "A symbolic link leads back to a folder above it.",
            "Nothing below such a link can be read to its end.",
            "Remove the link.",
        ),
        StageRule(
            "yaml-syntax",
            "A file is not YAML.",
            "kustomize fails on the file, and with it everything its Kustomization would apply.",
            "Mend the syntax at the marked place.",
        ),
        StageRule(
            "yaml-duplicate-key",
            "A mapping has the same key twice.",
            "YAML forbids it and kustomize fails; where a parser lets it pass, one value silently wins.",
            "Remove one of the two.",
        ),
        StageRule(
            "yaml-too-deep",
            "A document is nested deeper than any manifest.",
            "Such a document exists only to exhaust a parser.",
            "Flatten the document or remove the file.",
        ),
        StageRule(
            "yaml-alias-bomb",
            "Aliases of a document expand beyond any manifest.",
            "A few lines of nested aliases grow to billions of nodes in whatever reads them.",
            "Write the values out, or remove the file.",
        ),
        StageRule(
            "document-not-an-object",
            "A document of a manifest is not a Kubernetes object.",
            "kustomize refuses a document without apiVersion, kind and name.",
            "Give the document apiVersion, kind and metadata.name, or move it out of the manifests.",
        ),
        StageRule(
            "document-empty",
            "A manifest file holds no object.",
            "Such a file usually lost its content by accident.",
            "Write the object or remove the file.",
            severity="info",
            suppressible=True,
        ),
        StageRule(
            "kustomize-build-failed",
            "A kustomization cannot be built as it is written.",
            "Flux applies nothing of a Kustomization whose build fails.",
            "Mend the reference or the field at the marked place.",
        ),
        StageRule(
            "kustomize-unsupported",
            "A kustomization uses what this tool does not evaluate.",
            "What is not evaluated is not checked; requirements that depend on it stay open.",
            "Replace it with a supported feature, or check the rendered manifests instead.",
            severity="warning",
        ),
        StageRule(
            "kustomize-target-unmatched",
            "The target of a patch selects no object.",
            "kustomize says nothing about it: the patch changes nothing, and nobody notices.",
            "Mend the target's kind, name or selector, or remove the patch.",
            severity="info",
            suppressible=True,
        ),
        StageRule(
            "substitution-failed",
            "Flux cannot substitute the variables of an object.",
            "One bad expression fails the whole Kustomization.",
            "Write $${...} for a literal ${...}, or disable substitution for the object.",
            concern="substitution",
        ),
        StageRule(
            "substitution-undefined",
            "A variable that Flux substitutes is defined nowhere.",
            "Before Flux 2.9 it becomes the empty string in silence; since then the Kustomization fails.",
            "Define the variable, give it a default, or add it to the inventory of the cluster.",
            concern="substitution",
        ),
        StageRule(
            "substitution-source-missing",
            "A ConfigMap or Secret that variables come from is defined nowhere.",
            "Flux applies nothing of a Kustomization while one of its sources of variables is missing.",
            "Add the object to the tree or to the inventory of the cluster, or mark it as optional.",
        ),
        StageRule(
            "kustomization-circle",
            "Two Flux Kustomizations apply each other.",
            "Neither is there before the other, and each deletes what the other one stops listing.",
            "Let one Kustomization apply the other, from a folder that only it reads.",
            severity="warning",
        ),
        StageRule(
            "chart-values-mistaken",
            "The values of a HelmRelease name something that they do not have.",
            "The chart fails on most of such names, and then nothing of the release changes; others it leaves out.",
            "Correct the name, or add what it means to the values.",
            suppressible=True,
        ),
        StageRule(
            "suppression-malformed",
            "A suppression comment has not the form of one.",
            "It waives nothing, and looks as if it did.",
            "Write: opencode-policy: ignore[rule-id] reason.",
            severity="warning",
            requirements=(),
        ),
        StageRule(
            "suppression-without-reason",
            "A suppression comment gives no reason.",
            "Nobody can judge later whether an unexplained exception still holds.",
            "Write why behind the bracket: ignore[rule-id] reason.",
            requirements=(),
        ),
        StageRule(
            "suppression-unknown-rule",
            "A suppression comment names a rule that does not exist.",
            "It waives nothing, and looks as if it did.",
            "Name an existing rule; `opencode-policy rules` lists them.",
            requirements=(),
        ),
        StageRule(
            "suppression-unused",
            "A suppression comment waives no finding.",
            "It will hide the next real finding at its place.",
            "Remove the comment.",
            severity="warning",
            requirements=(),
        ),
        StageRule(
            "suppression-forbidden",
            "A suppression comment names a rule that may not be waived.",
            "Leaked secrets stay leaked however good the reason.",
            "Mend the finding and remove the comment.",
            requirements=(),
        ),
        StageRule(
            "exemption-expired",
            "An exemption of the policy is past its last day.",
            "It waives nothing any more, and the findings it covered count again.",
            "Mend what it covers and remove it, or agree on another day.",
            requirements=(),
        ),
        StageRule(
            "exemption-expiring",
            "An exemption of the policy is near its last day.",
            "After that day the findings it covers count again.",
            "Mend what it covers, or agree on another day in time.",
            severity="info",
            requirements=(),
        ),
        StageRule(
            "exemption-unused",
            "An exemption of the policy waives no finding.",
            "It will hide the next real finding of its rule there.",
            "Remove the exemption.",
            severity="warning",
            requirements=(),
        ),
        StageRule(
            "exemption-unknown-rule",
            "An exemption of the policy names a rule that does not exist.",
            "It waives nothing, and looks as if it did.",
            "Name an existing rule; `opencode-policy rules` lists them.",
            requirements=(),
        ),
        StageRule(
            "exemption-forbidden",
            "An exemption of the policy names a rule that may not be waived.",
            "Leaked secrets stay leaked however good the reason.",
            "Mend the finding and remove the exemption.",
            requirements=(),
        ),
        StageRule(
            "baseline-outdated",
            "The baseline lists a finding that is there no more.",
            "It would hide the same finding when it comes back.",
            "Run `opencode-policy baseline update`.",
            severity="warning",
            requirements=(),
        ),
        StageRule(
            "baseline-forbidden",
            "The baseline lists a finding that may not be waived.",
            "Leaked secrets stay leaked however old they are.",
            "Mend the finding; `opencode-policy baseline update` removes the entry.",
            requirements=(),
        ),
    )
}
