"""config.yaml and rules/*.yaml into frozen settings; every mistake at once."""
