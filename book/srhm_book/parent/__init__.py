"""Before sparsity: the Random Hierarchy Model's own claims (Cagnetta et al. 2024), at s0 = 0."""
