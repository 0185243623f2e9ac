"""From disposals to a return: Form 8949 rows, Schedule D, carryovers, qualified dividends, box 1g."""
