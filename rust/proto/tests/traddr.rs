// SPDX-License-Identifier: GPL-2.0

//! Address grammar: any names, any text.

use nvme_fc_proto::traddr::{parse, Traddr};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_formatted_parses(node in 1u64.., port in 1u64..) {
        let names = Traddr { node, port };
        let long = names.format();
        let short: Vec<u8> = [&long[..3], &long[5..25], &long[27..]].concat();

        prop_assert_eq!(parse(&long), Ok(names));
        prop_assert_eq!(parse(&short), Ok(names));
    }

    #[test]
    fn anything_is_parsed_or_refused(text in vec(any::<u8>(), 0..100)) {
        if let Ok(names) = parse(&text) {
            prop_assert!(names.node != 0 && names.port != 0);
        }
    }
}
