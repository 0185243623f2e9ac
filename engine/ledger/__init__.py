"""From transactions to tax lots: what is held, at what basis and since when, and what each sale came to.

The ledger reads transactions in order and keeps, per household and set of identical securities, the
shares that are held and the losses that still look for a replacement (26 U.S.C. 1091):

    buy 100 at 10, sell them at 8, buy 100 at 9 ten days later
      -> the loss of 200 is disallowed; the new lot has basis 900 + 200 = 1,100 and the old lot's days

Inside, amounts are rational numbers; rows are told in cents (`cents`), so that nothing is lost between
the rows of a lot. `replay` goes from transactions to a `Ledger`, `book` from files to a `Book`,
`settle` tells what a proposed list would do, `answer` words it all for `guardband lots`.
"""
