"""Ready blocks: well-known parts of networks, several to a module, that the palette offers beside single layers."""
