//! What every tier of galo stands on: values, heap and collector, strings,
//! stacks, errors.
