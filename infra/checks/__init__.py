"""What looks at the template, the locks and what is deployed; every exception stands here, with its reason."""
