"""From what was seen to what it proves: source inventory, exposure, verdicts, estimates."""
