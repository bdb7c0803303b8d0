"""The public pages: what this unit does, and the record that anybody can check."""
