//! Small PNG files: 256 colours, which is enough for an editor that is drawn in a dozen.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::raster::Raster;

/// Most that an indexed PNG can have.
const NUM_COLOURS: usize = 256;
/// Areas of one colour keep it exactly: so many of the most frequent.
const NUM_EXACT: usize = 64;

type Colour = [u8; 3];

/// Writes a picture.
pub fn write(picture: &Raster, path: &Path) -> io::Result<()> {
    let pixels = picture.rgb();
    let (palette, index_of) = palette(&pixels);
    let [width, height] = picture.size();
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    // Neighbours in a palette are not neighbours in colour: differences between pixels would only cost.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_palette(palette.concat());
    let indices: Vec<u8> = pixels.iter().map(|pixel| index_of[pixel]).collect();
    encoder.write_header()?.write_image_data(&indices)?;
    Ok(())
}

/// At most [`NUM_COLOURS`], and the nearest of them for every colour of the picture.
fn palette(pixels: &[Colour]) -> (Vec<Colour>, HashMap<Colour, u8>) {
    let mut counts: HashMap<Colour, usize> = HashMap::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut colours: Vec<(Colour, usize)> = counts.into_iter().collect();
    // By colour where frequencies are equal, so that the same picture is the same file.
    colours.sort_by_key(|&(colour, count)| (usize::MAX - count, colour));
    let exact = colours.len().min(if colours.len() <= NUM_COLOURS { NUM_COLOURS } else { NUM_EXACT });
    let mut palette: Vec<Colour> = colours[..exact].iter().map(|(colour, _)| *colour).collect();
    palette.extend(cut(colours[exact..].to_vec(), NUM_COLOURS - exact));
    let index_of = colours.iter().map(|(colour, _)| (*colour, nearest(&palette, *colour))).collect();
    (palette, index_of)
}

fn nearest(palette: &[Colour], colour: Colour) -> u8 {
    let distance =
        |other: &Colour| (0..3).map(|axis| i32::from(other[axis]).abs_diff(i32::from(colour[axis])).pow(2)).sum();
    let nearest = (0..palette.len()).min_by_key(|idx| -> u32 { distance(&palette[*idx]) });
    nearest.unwrap_or_default() as u8
}

/// Median cut: the box with the widest spread of colours is cut in two until there are enough.
fn cut(colours: Vec<(Colour, usize)>, num: usize) -> Vec<Colour> {
    if colours.is_empty() {
        return Vec::new();
    }
    let mut boxes = vec![colours];
    while boxes.len() < num {
        let widest = (0..boxes.len()).max_by_key(|idx| spread(&boxes[*idx]).1 * boxes[*idx].len().ilog2() as usize);
        let Some(idx) = widest.filter(|idx| boxes[*idx].len() > 1) else { break };
        let mut colours = boxes.swap_remove(idx);
        let (axis, _) = spread(&colours);
        colours.sort_by_key(|(colour, _)| colour[axis]);
        let upper = colours.split_off(colours.len() / 2);
        boxes.extend([colours, upper]);
    }
    boxes.iter().map(|colours| mean(colours)).collect()
}

/// The axis along which colours differ most, and by how much.
fn spread(colours: &[(Colour, usize)]) -> (usize, usize) {
    let range = |axis: usize| {
        let values = || colours.iter().map(|(colour, _)| colour[axis]);
        usize::from(values().max().unwrap_or(0) - values().min().unwrap_or(0))
    };
    (0..3).map(|axis| (axis, range(axis))).max_by_key(|(_, range)| *range).unwrap_or_default()
}

fn mean(colours: &[(Colour, usize)]) -> Colour {
    let num: usize = colours.iter().map(|(_, count)| count).sum();
    std::array::from_fn(|axis| {
        let sum: usize = colours.iter().map(|(colour, count)| usize::from(colour[axis]) * count).sum();
        (sum / num.max(1)) as u8
    })
}
