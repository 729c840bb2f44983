# SPDX-License-Identifier: Apache-2.0
"""What a case is, and the list of all of them. Each becomes one ctest test for each of its variants."""
import dataclasses

RATE = 8  # MiB per second where a case acts in the middle of a transfer


@dataclasses.dataclass
class Case:
    name: str
    run: object               # function of a Trial
    family: int = 4
    checksum: bool = False
    paths: int = 1
    seconds: int = 60         # the case is ended after this time
    self_test: bool = True    # makes sense between two kernels, too
    needs: tuple = ()         # programs


CASES = {}


def case(name=None, families=(4,), clients=(None,), **settings):
    """Registers a function as one case per family and client; the function gets (trial) or (trial, client)."""
    def register(function):
        for client in clients:
            for family in families:
                words = [name or function.__name__]
                words += [f"{client}_client"] if client else []
                words += [f"ipv{family}"] if len(families) > 1 else []
                bound = (lambda trial, f=function, c=client: f(trial, c)) if client else function
                full = ".".join(words)
                CASES[full] = Case(full, bound, family=family, **settings)
        return function
    return register
