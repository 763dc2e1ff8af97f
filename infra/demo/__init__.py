"""Paris 1832: the characters of *Les Misérables* register, and the whole pipeline introduces them."""
