//! The picture as pixels and as a file.

use plotters::prelude::{BitMapBackend, IntoDrawingArea};

use super::geometry::Rect;
use super::palette::CANVAS;
use super::pen::{Pen, ZOOM};

/// Width and height, pixels.
pub const SIZE: (u32, u32) = (1600, 1000);
/// The whole picture.
pub const BOUNDS: Rect = Rect::new(0.0, 0.0, SIZE.0 as f64, SIZE.1 as f64);

/// Red, green, blue.
const CHANNELS: usize = 3;

/// What `draw` draws, 8 bits each of red, green and blue, in rows from the top.
pub fn pixels(draw: impl FnOnce(&Pen<'_>)) -> Vec<u8> {
    let zoom = ZOOM as u32;
    let size = (SIZE.0 * zoom, SIZE.1 * zoom);
    let mut coarse = vec![0; size.0 as usize * size.1 as usize * CHANNELS];
    {
        let pen = Pen::new(BitMapBackend::with_buffer(&mut coarse, size).into_drawing_area());
        pen.fill(BOUNDS, CANVAS);
        draw(&pen);
    }
    reduced(&coarse)
}

/// Each pixel of the picture is the mean of those drawn for it.
fn reduced(coarse: &[u8]) -> Vec<u8> {
    let (width, zoom) = (SIZE.0 as usize, ZOOM as usize);
    let mut pixels = Vec::with_capacity(width * SIZE.1 as usize * CHANNELS);
    let num_drawn = (zoom * zoom) as u32;
    for rows in coarse.chunks_exact(width * zoom * CHANNELS * zoom) {
        let rows: Vec<&[u8]> = rows.chunks_exact(width * zoom * CHANNELS).collect();
        for place in 0..width * CHANNELS {
            let first = place / CHANNELS * zoom * CHANNELS + place % CHANNELS;
            let sum: u32 =
                rows.iter().flat_map(|row| (0..zoom).map(move |idx| u32::from(row[first + idx * CHANNELS]))).sum();
            pixels.push(((sum + num_drawn / 2) / num_drawn) as u8);
        }
    }
    pixels
}

/// The pixels as a PNG file (ISO/IEC 15948).
pub fn png(pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| {
            writer.write_image_data(pixels)?;
            writer.finish()
        })
        .expect("memory takes a picture of the size announced");
    file
}
