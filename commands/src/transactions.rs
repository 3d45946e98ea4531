//! Transactions: MULTI, EXEC and the watching of keys.

automod::dir!(pub "src/transactions");
