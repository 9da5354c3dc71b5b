//! The two check sums of a frame (RFC 9639, sections 9.1.8 and 9.3).

/// x⁸ + x² + x + 1.
const TABLE_8: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (remainder(byte as u32, 0x07, 8)) as u8;
        byte += 1;
    }
    table
};

/// x¹⁶ + x¹⁵ + x² + 1; table `n` is that of a byte with `n` more behind it, so that eight are looked up at once.
const TABLES_16: [[u16; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        tables[0][byte] = remainder(byte as u32, 0x8005, 16) as u16;
        byte += 1;
    }
    let mut distance = 1;
    while distance < 8 {
        byte = 0;
        while byte < 256 {
            let nearer: u16 = tables[distance - 1][byte];
            tables[distance][byte] = (nearer << 8) ^ tables[0][(nearer >> 8) as usize];
            byte += 1;
        }
        distance += 1;
    }
    tables
};

const fn remainder(byte: u32, polynomial: u32, num_bits: u32) -> u32 {
    let mut crc = byte << (num_bits - 8);
    let mut bit = 0;
    while bit < 8 {
        let is_set = crc >> (num_bits - 1) & 1 == 1;
        crc = (crc << 1) ^ if is_set { polynomial } else { 0 };
        bit += 1;
    }
    crc & ((1 << num_bits) - 1)
}

/// Of a frame's header.
pub(super) fn crc_8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| TABLE_8[usize::from(crc ^ byte)])
}

/// Of a whole frame.
pub(super) fn crc_16(bytes: &[u8]) -> u16 {
    let mut chunks = bytes.chunks_exact(8);
    let mut crc = 0u16;
    for chunk in &mut chunks {
        let first = [chunk[0] ^ (crc >> 8) as u8, chunk[1] ^ crc as u8];
        let others = (2..8).fold(0, |sum, idx| sum ^ TABLES_16[7 - idx][usize::from(chunk[idx])]);
        crc = TABLES_16[7][usize::from(first[0])] ^ TABLES_16[6][usize::from(first[1])] ^ others;
    }
    chunks.remainder().iter().fold(crc, |crc, byte| (crc << 8) ^ TABLES_16[0][usize::from((crc >> 8) as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_catalogues() {
        // CRC-8/SMBUS and CRC-16/UMTS of "123456789".
        assert_eq!(crc_8(b"123456789"), 0xf4);
        assert_eq!(crc_16(b"123456789"), 0xfee8);
        assert_eq!(crc_16(b"12345678"), crc_16(&[&[0; 11][..], b"12345678"].concat()));
    }
}
