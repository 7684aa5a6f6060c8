"""The benchmark: what our product costs above the bare engine it stands on, measured side by side.

Only what is compared within one run says anything: machines differ, ratios stay. Nothing here is imported
by the product.
"""
