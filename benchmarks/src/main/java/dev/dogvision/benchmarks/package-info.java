/**
 * Figures: speed side by side with what a user would pick instead, accuracy on real photographs.
 */
@NullMarked
package dev.dogvision.benchmarks;

import org.jspecify.annotations.NullMarked;
