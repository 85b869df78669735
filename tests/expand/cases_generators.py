"""Cases of kustomize: generators."""

from __future__ import annotations

from tests.expand.manifests import app

GENERATORS: dict[str, str] = {
    "literals": "configMapGenerator: [{name: g, literals: [a=1, 'b=\"x y\"', \"c='q'\", d==, 'e=a=b']}]",
    "no key": "configMapGenerator: [{name: g, literals: [nothing]}]",
    "a key twice": "configMapGenerator: [{name: g, literals: [a=1, a=2]}]",
    "files": "configMapGenerator: [{name: g, files: [run.sh, other=run.sh, lines.env]}]",
    "a file that is not there": "configMapGenerator: [{name: g, files: [gone.sh]}]",
    "a file with two equals signs": "configMapGenerator: [{name: g, files: [a=b=run.sh]}]",
    "envs": "configMapGenerator: [{name: g, envs: [lines.env]}]",
    "env": "configMapGenerator: [{name: g, env: lines.env, literals: [z=1]}]",
    "secret": "secretGenerator: [{name: g, files: [run.sh], literals: [a=b], envs: [lines.env]}]",
    "secret type": "secretGenerator: [{name: g, type: kubernetes.io/tls, literals: [tls.crt=a, tls.key=b]}]",
    "a long secret": f"secretGenerator: [{{name: g, literals: [a={'x' * 50}, b={'y' * 51}, c={'z' * 200}]}}]",
    "escaped by Go": "configMapGenerator: [{name: g, literals: ['a=<b>&c', 'd=é\u2028']}]",
    "no data": "configMapGenerator: [{name: g}]\nsecretGenerator: [{name: h}]",
    "no name": "configMapGenerator: [{literals: [a=b]}]",
    "namespace": "configMapGenerator: [{name: g, namespace: n, literals: [a=b]}]",
    "options": """\
configMapGenerator:
- {name: g, literals: [a=b], options: {labels: {mine: own}, immutable: true}}
generatorOptions: {labels: {mine: all, more: all}, annotations: {note: all}, disableNameSuffixHash: true}
""",
    "create what exists": "configMapGenerator: [{name: settings, literals: [a=b]}]",
    "merge": "configMapGenerator: [{name: settings, behavior: merge, literals: [b=new, c=d]}]",
    "replace": "configMapGenerator: [{name: settings, behavior: replace, literals: [b=new]}]",
    "merge with nothing": "configMapGenerator: [{name: none, behavior: merge, literals: [b=new]}]",
    "referenced": "namePrefix: p-\nconfigMapGenerator: [{name: settings2}]\nsecretGenerator: [{name: keys}]",
    "hash of a renamed one": "nameSuffix: -s\nnamespace: q\nsecretGenerator: [{name: keys, literals: [a=b]}]",
}
GENERATED = {
    "run__sh": '#!/bin/sh\necho "$1"\n',
    "lines__env": "# comment\nA=1\n\n  B = two words\nC\nD=a=b\n",
}
CASES: dict[str, dict[str, str]] = {
    f"generator: {name}": app(text, **GENERATED) for name, text in GENERATORS.items()
}
CASES["generator: merged twice"] = {
    "base/kustomization.yaml": "configMapGenerator: [{name: g, literals: [a=1, b=2]}]\nnamePrefix: x-\n",
    "app/kustomization.yaml": "resources: [../base]\n"
    "configMapGenerator: [{name: g, behavior: merge, literals: [b=3]}]\n",
}
