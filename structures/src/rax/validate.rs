//! Every invariant of the radix tree, checked: for tests and fuzzing.

use super::Rax;

impl<V> Rax<V> {
    /// Checks every invariant. O(nodes), without recursion.
    ///
    /// # Panics
    ///
    /// Where one does not hold, saying which.
    pub fn validate(&self) {
        let (mut len, mut nodes, mut chains, mut memory) = (0, 0, 0, 0);
        let mut waiting: Vec<_> = self.root.iter().map(|root| (root, false)).collect();
        while let Some((node, only)) = waiting.pop() {
            let edges = node.edges();
            assert!(edges.is_sorted_by(|a, b| a < b), "edges are not in order: {edges:?}");
            assert!(
                node.has_value() || node.count() >= 2,
                "a node without a value has {} children and should not be there",
                node.count()
            );
            assert_eq!(edges.len(), node.children().len(), "edges and children");
            len += usize::from(node.has_value());
            nodes += 1;
            chains += usize::from(!only && !node.prefix().is_empty());
            memory += node.memory();
            waiting.extend(node.children().iter().map(|child| (child, node.count() == 1)));
        }
        assert_eq!(self.len, len, "number of keys");
        assert_eq!(self.nodes, nodes, "number of nodes");
        assert_eq!(self.chains, chains, "number of chains that Redis would keep in nodes of their own");
        assert_eq!(self.memory, memory, "bytes of all nodes");
    }
}
