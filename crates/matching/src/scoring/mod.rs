mod align;
mod features;
mod weights;
