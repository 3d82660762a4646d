//! `defect!(Name)`: whether a mistake is planted at this place.
//!
//! Without the feature `defects` there are no mistakes to name, and every site is the literal `false`, which the compiler
//! removes: a function could not do that, for its argument would have to exist.

#[cfg(feature = "defects")]
macro_rules! defect {
    ($name:ident) => {
        $crate::defect::is_planted($crate::defect::Defect::$name)
    };
}

#[cfg(not(feature = "defects"))]
macro_rules! defect {
    ($name:ident) => {
        false
    };
}
