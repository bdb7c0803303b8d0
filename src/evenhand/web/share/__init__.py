"""The door for what people share from their phones into their own shield; views only."""
