"""Writers: the same acts in the shapes of real exports. One module per shape; none reads anything."""
