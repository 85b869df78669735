"""Where the product's own files lie, seen from the tests."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "kubernetes" / "apps" / "opencode"
COMPONENT = APPS / "components" / "workspace"
INIT_WORKSPACE = COMPONENT / "init-workspace.sh"
INSTALL_GIT = COMPONENT / "install-git.sh"
COPILOT_LOGIN = COMPONENT / "copilot-login.awk"
SEED_SCRIPT = ROOT / "scripts" / "seed-copilot-auth.sh"
WORKSPACES = ("opencode-flux", "opencode-ha")
