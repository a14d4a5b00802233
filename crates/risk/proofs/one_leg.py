"""The theorem of one leg in one tier, proved by z3 over integers with the rounding of the ledger.

    cargo xtask fuzz prove

Symbols, all whole numbers. N0 is the leg's notional, rounded up; N what remains of it. Rates are Q32:
m maintenance, k configured cost, cap = floor(m theta_ratio), theta_ratio = floor(theta min(rho, 1)) with rho
the latched E / M rounded down.

    x = N0 - N                               what is closed
    cost = min(ceil(k x), floor(cap x))      crates/risk/src/liquidation/cost.rs, each_part
    M0 = ceil(m N0), M1 = ceil(m N)          crates/risk/src/tier.rs, requirement_ceil

A ceil or floor of a product is a whole number within one of the product, which is all that the proofs use of
it: the ledger's sums are integers here, exact products are reals. Not proved here but assumed: one tier, a
multiplier of one, and that no sum leaves its range.
"""

import sys

import z3

def prove(name, hypotheses, claim):
    solver = z3.Solver()
    solver.set("timeout", 300_000)
    solver.add(*hypotheses, z3.Not(claim))
    answer = solver.check()
    print(f"{name}: {'proved' if answer == z3.unsat else answer}", flush=True)
    if answer == z3.sat:
        print(solver.model())
    return answer == z3.unsat


def main():
    ints = z3.Ints
    e, m0, m1, c = ints("E M0 M1 cost")
    done = []

    # freed: m x, what the step frees, exact. exact0 and exact1: m N0 and m N. capped: cap x, which the cost
    # never exceeds. rho: the latched ratio, at most E / M0. All as fractions, not Q32.
    f, r, mx0, mx1 = z3.Reals("freed capped exact0 exact1")
    real = z3.ToReal
    ledger = [
        e > 0,
        m0 > 0,
        mx1 >= 0,
        f >= 0,
        mx0 == mx1 + f,
        # Requirements are rounded up.
        real(m0) >= mx0,
        real(m0) < mx0 + 1,
        real(m1) >= mx1,
        real(m1) < mx1 + 1,
        # Costs are whole and at most the cap.
        c >= 0,
        real(c) <= r,
    ]
    theta = z3.Real("theta")
    rho = z3.Real("rho")
    capped = [theta >= 0, theta < 1, rho >= 0, rho * real(m0) <= real(e), r <= theta * rho * f]
    done.append(
        prove(
            "a call pays at most theta of the equity",
            ledger + capped + [f <= real(m0)],
            real(c) <= theta * real(e),
        )
    )
    # The latched ratio of an account under maintenance is under one.
    under = [e < m0]
    done.append(
        prove(
            "equity stays over zero",
            ledger + capped + under + [f <= real(m0)],
            e - c > 0,
        )
    )
    done.append(
        prove(
            "closing all of the leg reaches the target, so a cure exists",
            ledger + capped + [f <= real(m0), mx1 == 0, m1 == 0],
            e - c >= 0,
        )
    )
    # E1 M0 >= E0 M1 in the ledger's numbers: rounding may take an atom of what was freed.
    done.append(
        prove(
            "E / M never falls when a step frees 1 / (1 - theta) atoms",
            ledger + capped + under + [f * (1 - theta) >= 1, f <= real(m0)],
            real(e - c) * real(m0) >= real(e) * real(m1),
        )
    )
    # So the first size that suffices is the least one, and the two neighbours that the search ends at prove
    # it: of two sizes a lot apart, a and b, T = M + ceil(buffer M), gained: what the lot frees, exact.
    b, g = z3.Reals("buffer gained")
    t0, t1, a0, a1, ca, cb = ints("T0 T1 M_a M_b cost_a cost_b")
    ea, eb, ra, rb = z3.Reals("exact_a exact_b rate_a rate_b")
    done.append(
        prove(
            "one lot more never leaves the account farther from its target",
            [
                b >= 0,
                b <= 1,
                ea == eb + g,
                real(a0) >= ea,
                real(a0) < ea + 1,
                real(a1) >= eb,
                real(a1) < eb + 1,
                real(t0) >= real(a0) * (1 + b),
                real(t0) < real(a0) * (1 + b) + 1,
                real(t1) >= real(a1) * (1 + b),
                real(t1) < real(a1) * (1 + b) + 1,
                # Costs of the two sizes, exact rate times notional, each within an atom.
                real(ca) > ra - 1,
                real(ca) < ra + 1,
                real(cb) > rb - 1,
                real(cb) < rb + 1,
                # What listing demands are 11 atoms a lot. A lot's notional comes out up to an atom less
                # than it is worth, which repairs m (1 + b) <= 2 atoms less: 9 are left.
                g * (1 + b) - (rb - ra) >= 9,
            ],
            e - cb - t1 >= e - ca - t0,
        )
    )
    return all(done)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
