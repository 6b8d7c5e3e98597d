"""From target weights to orders, exactly once.

A decision becomes a plan of orders (``orders``), the plan is written to a journal before anything is sent
(``journal``), and ``execute`` carries it out at a broker (``simulated``, ``alpaca``). The state of an order moves
along ``lifecycle``. Whatever happens between two lines of code, a decision carried out again trades nothing twice:
the broker is asked about every doubtful order by its client order id.
"""
