"""Files as far as they are known, and where a container's paths lie."""

from __future__ import annotations

from opencode_policy.pods.expansion import expanded
from opencode_policy.rules.base import Example
from opencode_policy.symbolic.files import ABSENT, FILE, FOLDER, REPOSITORY, UNKNOWN, Entry, Files
from opencode_policy.symbolic.permissions import symbolic_mode
from opencode_policy.symbolic.places import Layout, Place
from opencode_policy.testing import example_tree
from tests.symbolic.running import endings

ROOT = Place("data", "/")
NEW = Files({ROOT: Entry(FOLDER, closed=True)})
CLONE = NEW.put(ROOT / "a", Entry(REPOSITORY, origin="url"))


def test_a_new_volume_is_empty() -> None:
    assert NEW.look(ROOT / "a").kind == ABSENT
    assert NEW.empty(ROOT) is True
    assert NEW.look(Place("other", "/a")).kind == UNKNOWN


def test_what_lies_in_a_clone() -> None:
    assert CLONE.look(ROOT / "a/.git").is_folder
    assert CLONE.look(ROOT / "a/.git/HEAD").is_file
    assert CLONE.look(ROOT / "a/README").kind == UNKNOWN
    half = NEW.put(ROOT / "a", Entry(REPOSITORY, complete=False))
    assert half.look(ROOT / "a/README").kind == ABSENT
    assert half.look(ROOT / "a/.git/index").kind == ABSENT


def test_a_rename_takes_everything_along() -> None:
    files = CLONE.put(ROOT / "a/mark", Entry(FILE, "x")).move(ROOT / "a", ROOT / "b")
    assert files.look(ROOT / "a").kind == ABSENT
    assert files.look(ROOT / "b").kind == REPOSITORY
    assert files.look(ROOT / "b/mark").content == "x"


def test_a_removal_takes_everything_away() -> None:
    files = CLONE.put(ROOT / "a/mark", Entry(FILE, "x")).remove(ROOT / "a")
    assert files.repositories() == []
    assert files.put(ROOT / "a", Entry(FOLDER, closed=True)).look(ROOT / "a/mark").kind == ABSENT


def test_equal_files_are_equal() -> None:
    assert CLONE.key == NEW.put(ROOT / "a", Entry(REPOSITORY, origin="url")).key


def test_modes() -> None:
    assert symbolic_mode("600", 0o644) == 0o600
    assert symbolic_mode("u=rw,go=", 0o777) == 0o600
    assert symbolic_mode("go-rwx", 0o644) == 0o600
    assert symbolic_mode("+x", 0o600) == 0o711
    assert symbolic_mode("u+s", 0o600) is None


def test_the_modes_that_programs_leave() -> None:
    script = """\
umask 077
echo a >/opt/one
umask 022
echo a >/opt/two
cp /opt/one /opt/three
install -m 640 /opt/two /opt/four
chmod go-r /opt/two
"""
    _, (state,) = endings(script)
    modes = {place.path: entry.mode for place, entry in state.files if entry.kind == FILE}
    assert modes == {"/opt/one": 0o600, "/opt/two": 0o600, "/opt/three": 0o600, "/opt/four": 0o640}


_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server
      volumeMounts:
        - {name: data, mountPath: /srv}
        - {name: data, mountPath: /srv/deep, subPath: other/folder}
        - {name: keys, mountPath: /keys, readOnly: true}
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: demo}}
    - {name: keys, secret: {secretName: keys}}
"""


def test_where_paths_lie() -> None:
    (pod,) = example_tree(Example("pod", _POD)).workspaces[0].pods
    layout = Layout(pod.containers[0])
    assert layout.place("/srv/a/../b") == Place("data", "/b")
    assert layout.place("deep/x", "/srv") == Place("data", "/other/folder/x")
    assert layout.place("/home") == Place("(server)", "/home")
    assert layout.path_of(Place("data", "/other/folder/x")) == "/srv/deep/x"
    assert layout.read_only("/keys/a")
    assert not layout.read_only("/srv/a")


def test_what_kubernetes_expands() -> None:
    assert expanded("$(A)/$(B)/$$(A)/$A", {"A": "x"}.get) == "x/$(B)/$(A)/$A"
