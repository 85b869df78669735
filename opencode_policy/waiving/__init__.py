"""What keeps a finding from counting or from deciding: comments, exemptions, the baseline, the lock."""
