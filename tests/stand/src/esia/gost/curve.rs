//! Points of the curves y² = x³ + ax + b that certificates of clients use.

use std::sync::LazyLock;

use num_bigint::BigUint;

/// A curve with its base point.
pub(crate) struct Curve {
    /// Names in certificates, the usual one first.
    pub(super) oids: &'static [&'static str],
    field: BigUint,
    a: BigUint,
    b: BigUint,
    /// Order of the base point.
    pub(super) order: BigUint,
    base: (BigUint, BigUint),
}

/// X/Z², Y/Z³; Z = 0 is infinity.
#[derive(Clone)]
pub(super) struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

fn number(hexadecimal: &str) -> BigUint {
    BigUint::parse_bytes(hexadecimal.as_bytes(), 16).expect("constants are hexadecimal")
}

/// Parameters from RFC 4357 §11.4 (CryptoPro-A; also called XchA and tc26 256-B) and RFC 7836 appendix A.2 (tc26 256-A).
static CURVES: LazyLock<[Curve; 2]> = LazyLock::new(|| {
    let field = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97";
    [
        Curve {
            oids: &["1.2.643.2.2.35.1", "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2"],
            field: number(field),
            a: number("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94"),
            b: number("A6"),
            order: number("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893"),
            base: (
                number("1"),
                number("8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14"),
            ),
        },
        Curve {
            oids: &["1.2.643.7.1.2.1.1.1"],
            field: number(field),
            a: number("C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335"),
            b: number("295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513"),
            order: number("400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67"),
            base: (
                number("91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28"),
                number("32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C"),
            ),
        },
    ]
});

/// The curve most clients use.
pub(super) fn usual() -> &'static Curve {
    &CURVES[0]
}

pub(super) fn by_oid(oid: &str) -> Option<&'static Curve> {
    CURVES.iter().find(|curve| curve.oids.contains(&oid))
}

impl Point {
    pub(super) fn affine(x: BigUint, y: BigUint) -> Point {
        Point { x, y, z: BigUint::from(1u8) }
    }

    fn infinity() -> Point {
        Point { x: BigUint::from(1u8), y: BigUint::from(1u8), z: BigUint::ZERO }
    }

    fn is_infinity(&self) -> bool {
        self.z == BigUint::ZERO
    }
}

impl Curve {
    pub(super) fn base(&self) -> Point {
        Point::affine(self.base.0.clone(), self.base.1.clone())
    }

    /// A number from 1 to the order, without the order.
    pub(super) fn random(&self) -> Result<BigUint, String> {
        loop {
            let bytes = [crate::serving::random()?, crate::serving::random()?].concat();
            let number = BigUint::from_bytes_be(&bytes) >> (256 - self.order.bits());
            if number != BigUint::ZERO && number < self.order {
                return Ok(number);
            }
        }
    }

    fn times(&self, left: &BigUint, right: &BigUint) -> BigUint {
        left * right % &self.field
    }

    fn minus(&self, left: &BigUint, right: &BigUint) -> BigUint {
        (left + &self.field - right) % &self.field
    }

    /// Does the curve hold this point?
    pub(super) fn holds(&self, x: &BigUint, y: &BigUint) -> bool {
        let right = self.times(&self.times(x, x), x) + self.times(&self.a, x) + &self.b;
        x < &self.field && y < &self.field && self.times(y, y) == right % &self.field
    }

    fn double(&self, point: &Point) -> Point {
        if point.is_infinity() || point.y == BigUint::ZERO {
            return Point::infinity();
        }
        let yy = self.times(&point.y, &point.y);
        let s = self.times(&point.x, &yy) * 4u8 % &self.field;
        let zz = self.times(&point.z, &point.z);
        let xx = self.times(&point.x, &point.x);
        let m = (xx * 3u8 + self.times(&self.a, &self.times(&zz, &zz))) % &self.field;
        let x = self.minus(&self.times(&m, &m), &(&s * 2u8 % &self.field));
        let eighth = self.times(&yy, &yy) * 8u8 % &self.field;
        let y = self.minus(&self.times(&m, &self.minus(&s, &x)), &eighth);
        let z = self.times(&point.y, &point.z) * 2u8 % &self.field;
        Point { x, y, z }
    }

    fn add(&self, left: &Point, right: &Point) -> Point {
        if left.is_infinity() {
            return right.clone();
        }
        if right.is_infinity() {
            return left.clone();
        }
        let (zz1, zz2) = (self.times(&left.z, &left.z), self.times(&right.z, &right.z));
        let (u1, u2) = (self.times(&left.x, &zz2), self.times(&right.x, &zz1));
        let s1 = self.times(&left.y, &self.times(&zz2, &right.z));
        let s2 = self.times(&right.y, &self.times(&zz1, &left.z));
        let (h, r) = (self.minus(&u2, &u1), self.minus(&s2, &s1));
        if h == BigUint::ZERO {
            return if r == BigUint::ZERO { self.double(left) } else { Point::infinity() };
        }
        let hh = self.times(&h, &h);
        let hhh = self.times(&hh, &h);
        let v = self.times(&u1, &hh);
        let x = self.minus(&self.minus(&self.times(&r, &r), &hhh), &(&v * 2u8 % &self.field));
        let y = self.minus(&self.times(&r, &self.minus(&v, &x)), &self.times(&s1, &hhh));
        let z = self.times(&self.times(&left.z, &right.z), &h);
        Point { x, y, z }
    }

    pub(super) fn product(&self, factor: &BigUint, point: &Point) -> Point {
        self.sum_of_products(factor, point, &BigUint::ZERO, point)
    }

    /// `a`·P + `b`·Q in one passage over the bits of both.
    pub(super) fn sum_of_products(&self, a: &BigUint, p: &Point, b: &BigUint, q: &Point) -> Point {
        let both = self.add(p, q);
        let mut sum = Point::infinity();
        for bit in (0..a.bits().max(b.bits())).rev() {
            sum = self.double(&sum);
            match (a.bit(bit), b.bit(bit)) {
                (true, true) => sum = self.add(&sum, &both),
                (true, false) => sum = self.add(&sum, p),
                (false, true) => sum = self.add(&sum, q),
                (false, false) => {}
            }
        }
        sum
    }

    /// x and y; `None`: infinity.
    pub(super) fn affine(&self, point: &Point) -> Option<(BigUint, BigUint)> {
        let inverse = point.z.modinv(&self.field)?;
        let square = self.times(&inverse, &inverse);
        Some((self.times(&point.x, &square), self.times(&point.y, &self.times(&square, &inverse))))
    }

    pub(super) fn x_of(&self, point: &Point) -> Option<BigUint> {
        self.affine(point).map(|(x, _)| x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_points_lie_on_their_curves_and_have_their_order() {
        for curve in CURVES.iter() {
            assert!(curve.holds(&curve.base.0, &curve.base.1), "{}", curve.oids[0]);
            assert!(curve.product(&curve.order, &curve.base()).is_infinity(), "{}", curve.oids[0]);
        }
    }

    #[test]
    fn sums_agree_with_products() {
        let curve = usual();
        let (two, three) = (BigUint::from(2u8), BigUint::from(3u8));
        let five = curve.product(&BigUint::from(5u8), &curve.base());
        let sum = curve.sum_of_products(&two, &curve.base(), &three, &curve.base());
        assert_eq!(curve.affine(&sum), curve.affine(&five));
    }
}
