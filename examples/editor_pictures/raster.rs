//! A triangle rasterizer for egui's meshes: enough to see the editor on any machine.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Rect, TextureId, TexturesDelta, Vec2, vec2};

/// Pixels and textures.
pub struct Raster {
    size: [usize; 2],
    pixels: Vec<[f32; 3]>,
    textures: HashMap<TextureId, ColorImage>,
}

impl Raster {
    /// A black picture of this many pixels.
    pub fn new(size: Vec2) -> Self {
        let size = [size.x as usize, size.y as usize];
        Self { size, pixels: vec![[0.0; 3]; size[0] * size[1]], textures: HashMap::new() }
    }

    /// Takes new and changed textures.
    pub fn textures(&mut self, mut delta: TexturesDelta) {
        for (id, changes) in delta.set.drain() {
            for change in changes {
                let ImageData::Color(image) = &change.image;
                match change.pos {
                    None => {
                        self.textures.insert(id, ColorImage::clone(image));
                    }
                    Some([x, y]) => {
                        let Some(texture) = self.textures.get_mut(&id) else { continue };
                        for row in 0..image.size[1] {
                            let from = row * image.size[0];
                            let to = (y + row) * texture.size[0] + x;
                            texture.pixels[to..to + image.size[0]]
                                .copy_from_slice(&image.pixels[from..from + image.size[0]]);
                        }
                    }
                }
            }
        }
        delta.free.clear();
    }

    /// Paints meshes as egui's shaders do: colours multiplied and blended in gamma space, premultiplied.
    pub fn paint(&mut self, primitives: &[ClippedPrimitive], pixels_per_point: f32) {
        for primitive in primitives {
            if let Primitive::Mesh(mesh) = &primitive.primitive {
                let clip = primitive.clip_rect * pixels_per_point;
                self.mesh(mesh, Rect::from_min_max(clip.min.round(), clip.max.round()), pixels_per_point);
            }
        }
    }

    fn mesh(&mut self, mesh: &Mesh, clip: Rect, pixels_per_point: f32) {
        let Some(texture) = self.textures.remove(&mesh.texture_id) else { return };
        for [a, b, c] in mesh.triangles() {
            let corners = [a, b, c].map(|idx| {
                let vertex = mesh.vertices[idx as usize];
                Vertex { pos: (vertex.pos.to_vec2() * pixels_per_point).to_pos2(), ..vertex }
            });
            self.triangle(corners, clip, &texture);
        }
        self.textures.insert(mesh.texture_id, texture);
    }

    fn triangle(&mut self, corners: [Vertex; 3], clip: Rect, texture: &ColorImage) {
        let [a, mut b, mut c] = corners;
        let cross = |u: Vec2, v: Vec2| u.x * v.y - u.y * v.x;
        let mut area = cross(b.pos - a.pos, c.pos - a.pos);
        if area == 0.0 {
            return;
        }
        if area < 0.0 {
            std::mem::swap(&mut b, &mut c);
            area = -area;
        }
        let bounds = Rect::from_points(&[a.pos, b.pos, c.pos]).intersect(clip);
        let whole = Rect::from_min_size(egui::Pos2::ZERO, vec2(self.size[0] as f32, self.size[1] as f32));
        let bounds = bounds.intersect(whole);
        // A pixel on an edge that two triangles share belongs to one of them: the top-left rule.
        let owns = |from: Vertex, to: Vertex| {
            let edge = to.pos - from.pos;
            edge.y < 0.0 || (edge.y == 0.0 && edge.x > 0.0)
        };
        let edges = [(b, c), (c, a), (a, b)].map(|(from, to)| (from.pos, to.pos - from.pos, owns(from, to)));
        for y in bounds.top().floor().max(0.0) as usize..bounds.bottom().ceil().max(0.0) as usize {
            for x in bounds.left().floor().max(0.0) as usize..bounds.right().ceil().max(0.0) as usize {
                let at = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
                if !clip.contains(at) || x >= self.size[0] || y >= self.size[1] {
                    continue;
                }
                let weights = edges.map(|(from, edge, owns)| (cross(edge, at - from), owns));
                if weights.iter().all(|&(weight, owns)| weight > 0.0 || (weight == 0.0 && owns)) {
                    let weights = weights.map(|(weight, _)| weight / area);
                    self.pixel(x, y, shade([a, b, c], weights, texture));
                }
            }
        }
    }

    fn pixel(&mut self, x: usize, y: usize, [red, green, blue, alpha]: [f32; 4]) {
        let pixel = &mut self.pixels[y * self.size[0] + x];
        for (channel, source) in pixel.iter_mut().zip([red, green, blue]) {
            *channel = source + *channel * (1.0 - alpha);
        }
    }

    /// Width and height.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Rows from the top, 8-bit red, green, blue.
    pub fn rgb(&self) -> Vec<[u8; 3]> {
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        self.pixels.iter().map(|pixel| pixel.map(byte)).collect()
    }
}

fn shade(corners: [Vertex; 3], weights: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let mix = |value: &dyn Fn(&Vertex) -> f32| -> f32 {
        corners.iter().zip(weights).map(|(corner, weight)| value(corner) * weight).sum()
    };
    let texel = sample(texture, mix(&|corner| corner.uv.x), mix(&|corner| corner.uv.y));
    std::array::from_fn(|channel| mix(&|corner| f32::from(corner.color[channel]) / 255.0) * texel[channel])
}

/// Bilinear.
fn sample(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let place = |coordinate: f32, size: usize| {
        let at = (coordinate * size as f32 - 0.5).clamp(0.0, (size - 1) as f32);
        (at as usize, ((at as usize) + 1).min(size - 1), at.fract())
    };
    let (x0, x1, fx) = place(u, texture.size[0]);
    let (y0, y1, fy) = place(v, texture.size[1]);
    let at = |x: usize, y: usize| -> Color32 { texture.pixels[y * texture.size[0] + x] };
    std::array::from_fn(|channel| {
        let value = |x: usize, y: usize| f32::from(at(x, y)[channel]) / 255.0;
        let (top, bottom) =
            (egui::lerp(value(x0, y0)..=value(x1, y0), fx), egui::lerp(value(x0, y1)..=value(x1, y1), fx));
        egui::lerp(top..=bottom, fy)
    })
}
