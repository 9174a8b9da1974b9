/** What all of DogVision shares: the root of its exceptions. */
@NullMarked
package dev.dogvision;

import org.jspecify.annotations.NullMarked;
