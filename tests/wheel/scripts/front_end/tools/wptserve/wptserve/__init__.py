raise ImportError("expected the wptserve of wireserve, found that of the checkout")
