"""`make bench`: what Icebreaker costs and how fast it is, beside what one would use otherwise; docs/performance.md.

Every module here measures one group of rows and gives back a Section. What is compared is measured alternately, in
one run and on one machine, and reported as a ratio; what can be counted is counted.
"""
