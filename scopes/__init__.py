"""The named universes, one TOML file each."""
