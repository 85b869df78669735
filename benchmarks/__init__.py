"""Speed and memory of opencode-policy, measured against what the same machine cannot do faster."""
