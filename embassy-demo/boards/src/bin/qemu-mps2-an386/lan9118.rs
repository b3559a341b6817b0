//! The Ethernet controller LAN9118, as QEMU has it: a driver for embassy-net. The names of the
//! registers are those of the data sheet.
//!
//! Frames stand in the controller's FIFOs until they are wanted, and on the stack while they are
//! handled: the driver has no buffers.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::Context;

use embassy_net_driver::{
    Capabilities, Driver, HardwareAddress, LinkState, RxToken as RxTokenTrait,
    TxToken as TxTokenTrait,
};
use embassy_sync::waitqueue::AtomicWaker;

use crate::interrupts::{self, Interrupt};
use crate::registers::Registers;

/// The longest frame, without its checksum: embassy-net counts so.
const FRAME_BYTES: usize = 1514;
/// The same in whole words, as it comes out of the FIFO with its checksum.
const FIFO_BYTES: usize = (FRAME_BYTES + CHECKSUM_BYTES).next_multiple_of(4);
const CHECKSUM_BYTES: usize = 4;

const RX_DATA_FIFO: usize = 0x00;
const TX_DATA_FIFO: usize = 0x20;
const RX_STATUS_FIFO: usize = 0x40;
const TX_STATUS_FIFO: usize = 0x48;
const IRQ_CFG: usize = 0x54;
const INT_STS: usize = 0x58;
const INT_EN: usize = 0x5C;
const FIFO_INT: usize = 0x68;
const TX_CFG: usize = 0x70;
const RX_FIFO_INF: usize = 0x7C;
const TX_FIFO_INF: usize = 0x80;
const MAC_CSR_CMD: usize = 0xA4;
const MAC_CSR_DATA: usize = 0xA8;

// IRQ_CFG: the line is on, active high, driven both ways.
const IRQ_ON: u32 = (1 << 8) | (1 << 4) | (1 << 0);
// INT_STS and INT_EN.
const INT_RX_STATUS_LEVEL: u32 = 1 << 3;
const INT_PHY: u32 = 1 << 18;
const TX_ON: u32 = 1 << 1;
// RX_STATUS_FIFO.
const RX_STATUS_ERROR: u32 = 1 << 15;
// TX command A: the frame is in one piece.
const TX_FIRST_SEGMENT: u32 = 1 << 13;
const TX_LAST_SEGMENT: u32 = 1 << 12;
/// What a frame takes in the FIFO beside its data.
const TX_COMMAND_BYTES: u32 = 8;

// Registers of the MAC, behind MAC_CSR_CMD.
const MAC_CR: u32 = 1;
const MAC_ADDRH: u32 = 2;
const MAC_ADDRL: u32 = 3;
const MAC_MII_ACC: u32 = 6;
const MAC_MII_DATA: u32 = 7;
const CSR_BUSY: u32 = 1 << 31;
const CSR_READ: u32 = 1 << 30;
const CR_RX_ON: u32 = 1 << 2;
const CR_TX_ON: u32 = 1 << 3;
const CR_FULL_DUPLEX: u32 = 1 << 20;

// Registers of the PHY, behind the MAC.
const PHY_ADDRESS: u32 = 1;
const PHY_STATUS: u32 = 1;
const PHY_INT_SOURCE: u32 = 29;
const PHY_INT_MASK: u32 = 30;
const STATUS_LINK: u32 = 1 << 2;
// Energy on, negotiation complete, link down.
const PHY_INT_LINK: u32 = (1 << 7) | (1 << 6) | (1 << 4);
const MII_BUSY: u32 = 1 << 0;
const MII_WRITE: u32 = 1 << 1;

// SAFETY: the controller of the machine. It has no DMA.
const CONTROLLER: Registers = unsafe { Registers::new(0x4020_0000) };

static WAKER: AtomicWaker = AtomicWaker::new();
static LINK_CHANGED: AtomicBool = AtomicBool::new(true);

/// Something came in, or the link changed. What it was stays to be asked for: the stack's task
/// handles it and lets the interrupt through again.
pub(crate) extern "C" fn on_interrupt() {
    if CONTROLLER.read(INT_STS) & INT_PHY != 0 {
        LINK_CHANGED.store(true, Ordering::Relaxed);
    }
    CONTROLLER.write(INT_EN, 0);
    WAKER.wake();
}

/// The driver. There is one controller, so make one driver.
pub(crate) struct Lan9118 {
    address: [u8; 6],
    link: LinkState,
}

impl Lan9118 {
    /// Starts the controller.
    pub(crate) fn start() -> Self {
        CONTROLLER.write(INT_EN, 0);
        CONTROLLER.write(IRQ_CFG, IRQ_ON);
        // An interrupt as soon as there is one frame.
        CONTROLLER.write(FIFO_INT, 0);
        CONTROLLER.write(TX_CFG, TX_ON);
        mac_write(MAC_CR, CR_RX_ON | CR_TX_ON | CR_FULL_DUPLEX);
        phy_write(PHY_INT_MASK, PHY_INT_LINK);

        // The machine has put its address there, with the first byte lowest.
        let [a, b, c, d] = mac_read(MAC_ADDRL).to_le_bytes();
        let [e, f, ..] = mac_read(MAC_ADDRH).to_le_bytes();
        interrupts::enable(Interrupt::Ethernet);
        Self {
            address: [a, b, c, d, e, f],
            link: LinkState::Down,
        }
    }
}

impl Driver for Lan9118 {
    type RxToken<'a> = RxToken;
    type TxToken<'a> = TxToken;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(RxToken, TxToken)> {
        WAKER.register(cx.waker());
        CONTROLLER.write(INT_STS, INT_RX_STATUS_LEVEL);
        while (CONTROLLER.read(RX_FIFO_INF) >> 16) & 0xFF != 0 {
            let status = CONTROLLER.read(RX_STATUS_FIFO);
            let len = ((status >> 16) & 0x3FFF) as usize;
            if status & RX_STATUS_ERROR == 0 && (CHECKSUM_BYTES..=FIFO_BYTES).contains(&len) {
                return Some((RxToken { len }, TxToken));
            }
            for _ in 0..len.div_ceil(4) {
                CONTROLLER.read(RX_DATA_FIFO);
            }
        }
        CONTROLLER.write(INT_EN, INT_RX_STATUS_LEVEL | INT_PHY);
        None
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<TxToken> {
        let free = CONTROLLER.read(TX_FIFO_INF) & 0xFFFF;
        if free >= FIFO_BYTES as u32 + TX_COMMAND_BYTES {
            return Some(TxToken);
        }
        // It sends at once, so that there is room the next time.
        cx.waker().wake_by_ref();
        None
    }

    fn link_state(&mut self, cx: &mut Context<'_>) -> LinkState {
        WAKER.register(cx.waker());
        if LINK_CHANGED.swap(false, Ordering::Relaxed) {
            // To read the source acknowledges the interrupt of the PHY.
            phy_read(PHY_INT_SOURCE);
            CONTROLLER.write(INT_STS, INT_PHY);
            self.link = if phy_read(PHY_STATUS) & STATUS_LINK == 0 {
                LinkState::Down
            } else {
                LinkState::Up
            };
            CONTROLLER.write(INT_EN, INT_RX_STATUS_LEVEL | INT_PHY);
        }
        self.link
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME_BYTES;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A frame in the FIFO.
#[derive(Debug)]
pub(crate) struct RxToken {
    /// With the checksum.
    len: usize,
}

impl Drop for RxToken {
    /// Whether the frame was wanted or not, it must leave the FIFO.
    fn drop(&mut self) {
        for _ in 0..self.len.div_ceil(4) {
            CONTROLLER.read(RX_DATA_FIFO);
        }
    }
}

impl RxTokenTrait for RxToken {
    fn consume<R, F>(mut self, f: F) -> R
    where
        F: FnOnce(&mut [u8]) -> R,
    {
        let mut frame = [0; FIFO_BYTES];
        let len = core::mem::take(&mut self.len);
        for word in frame[..len.next_multiple_of(4)].chunks_exact_mut(4) {
            word.copy_from_slice(&CONTROLLER.read(RX_DATA_FIFO).to_le_bytes());
        }
        f(&mut frame[..len - CHECKSUM_BYTES])
    }
}

/// Room for a frame in the FIFO.
#[derive(Debug)]
pub(crate) struct TxToken;

impl TxTokenTrait for TxToken {
    fn consume<R, F>(self, len: usize, f: F) -> R
    where
        F: FnOnce(&mut [u8]) -> R,
    {
        let mut frame = [0; FIFO_BYTES];
        let result = f(&mut frame[..len]);
        CONTROLLER.write(
            TX_DATA_FIFO,
            TX_FIRST_SEGMENT | TX_LAST_SEGMENT | len as u32,
        );
        CONTROLLER.write(TX_DATA_FIFO, len as u32);
        for word in frame[..len.next_multiple_of(4)].chunks_exact(4) {
            CONTROLLER.write(
                TX_DATA_FIFO,
                u32::from_le_bytes([word[0], word[1], word[2], word[3]]),
            );
        }
        // Nobody asks how it went, but a full FIFO of answers would stop the controller.
        while (CONTROLLER.read(TX_FIFO_INF) >> 16) & 0xFF != 0 {
            CONTROLLER.read(TX_STATUS_FIFO);
        }
        result
    }
}

fn mac_read(register: u32) -> u32 {
    CONTROLLER.write(MAC_CSR_CMD, CSR_BUSY | CSR_READ | register);
    while CONTROLLER.read(MAC_CSR_CMD) & CSR_BUSY != 0 {}
    CONTROLLER.read(MAC_CSR_DATA)
}

fn mac_write(register: u32, value: u32) {
    CONTROLLER.write(MAC_CSR_DATA, value);
    CONTROLLER.write(MAC_CSR_CMD, CSR_BUSY | register);
    while CONTROLLER.read(MAC_CSR_CMD) & CSR_BUSY != 0 {}
}

fn phy_read(register: u32) -> u32 {
    mac_write(
        MAC_MII_ACC,
        (PHY_ADDRESS << 11) | (register << 6) | MII_BUSY,
    );
    while mac_read(MAC_MII_ACC) & MII_BUSY != 0 {}
    mac_read(MAC_MII_DATA)
}

fn phy_write(register: u32, value: u32) {
    mac_write(MAC_MII_DATA, value);
    mac_write(
        MAC_MII_ACC,
        (PHY_ADDRESS << 11) | (register << 6) | MII_WRITE | MII_BUSY,
    );
    while mac_read(MAC_MII_ACC) & MII_BUSY != 0 {}
}
