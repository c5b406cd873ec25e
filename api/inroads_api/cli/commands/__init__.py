"""The subcommands of `inroads`, a file for each group."""
