//! Sorted sets: members in the order of their scores, found by member, by score and by rank.

automod::dir!(pub "src/sorted_set");
