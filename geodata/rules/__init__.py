"""Pure decisions: values in, values out; readable aloud to the owner."""
