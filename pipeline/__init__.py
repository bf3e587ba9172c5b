"""From a file in a folder to an analysed call: intake, hearing, analysis, and the flows that run them."""
