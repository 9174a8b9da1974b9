/**
 * What all of DogVision shares: devices, precision, optimisers, the exceptions, and what there is
 * to compute with.
 */
@NullMarked
package dev.dogvision;

import org.jspecify.annotations.NullMarked;
