"""What `doctor` examines, one file per subject; each check yields findings with their remedy."""
