//! The one edge where the contract's types become ours and the reverse.
//!
//! Nothing is checked here but what the types themselves demand; `answers` judges what a connector said.

mod from_guest;
mod records;
mod shared;
mod to_guest;

pub(super) use records::{RecordPage, filter};

/// Converts every element.
fn all<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(B::from).collect()
}

/// Two enums with the same cases, converted both ways.
macro_rules! same_cases {
    ($wit:ty, $model:ty: $($case:ident),+ $(,)?) => {
        impl From<$wit> for $model {
            fn from(case: $wit) -> Self {
                match case { $(<$wit>::$case => Self::$case),+ }
            }
        }
        impl From<$model> for $wit {
            fn from(case: $model) -> Self {
                match case { $(<$model>::$case => Self::$case),+ }
            }
        }
    };
}

/// Two records with the same plain fields, converted both ways; `from` marks fields that convert themselves,
/// `all` lists whose elements do, `opt` options whose content does.
macro_rules! same_fields {
    ($wit:ty, $model:ty: $($field:ident),* $(; from $($conv:ident),*)? $(; all $($list:ident),*)? $(; opt $($opt:ident),*)?) => {
        impl From<$wit> for $model {
            fn from(it: $wit) -> Self {
                Self {
                    $($field: it.$field,)*
                    $($($conv: it.$conv.into(),)*)?
                    $($($list: $crate::sandbox::convert::all(it.$list),)*)?
                    $($($opt: it.$opt.map(Into::into),)*)?
                }
            }
        }
        impl From<$model> for $wit {
            fn from(it: $model) -> Self {
                Self {
                    $($field: it.$field,)*
                    $($($conv: it.$conv.into(),)*)?
                    $($($list: $crate::sandbox::convert::all(it.$list),)*)?
                    $($($opt: it.$opt.map(Into::into),)*)?
                }
            }
        }
    };
}

use {same_cases, same_fields};
