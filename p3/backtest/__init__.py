"""From decisions to fills, equity and performance metrics, point in time: frames in, frames out."""
