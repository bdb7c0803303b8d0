"""Care: whoever finds it hard is rung by somebody with no part in deciding, and nobody who decides reads of it."""
