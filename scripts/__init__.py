"""Commands for administrators: arguments, one workflow, a printed summary."""
