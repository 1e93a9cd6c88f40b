"""The stages an entry passes: poll, assemble, deliver; each carries out what core decides."""
